package dev.millrace.api.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.fixture.TestPostgres;
import dev.millrace.api.problem.Problem;
import dev.millrace.database.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PaceTest {

    private static final PGSimpleDataSource source = new PGSimpleDataSource();

    private final Database database = new Database(source);
    private final AtomicLong clock = new AtomicLong();
    private final UUID late = UUID.randomUUID();
    private final UUID prompt = UUID.randomUUID();
    private double processors = 1.0;
    private final Pace pace = new Pace(database, () -> processors, clock::get);

    @BeforeAll
    static void migrate() {
        source.setUrl(TestPostgres.freshDatabase());
        source.setUser("postgres");
        Flyway.configure().dataSource(source).load().migrate();
    }

    @BeforeEach
    void empty() {
        database.client().sql("truncate job_backlog, job_dispatch, worker").update();
        database.client()
                .sql("insert into worker (id, name) values (gen_random_uuid(), 'w')")
                .update();
    }

    @Test
    void nobody_is_paced_while_jobs_are_picked_up_in_time() {
        queue(prompt, 500, Duration.ofMillis(100));
        look();

        assertThat(passes(prompt, 10_000)).isEqualTo(10_000);
    }

    @Test
    void a_late_project_gets_four_fifths_of_what_the_workers_take_up() {
        // In steps of a second: 1,000 come in, the queue grows by 500, so 500 are taken up.
        int queued = 1_000;
        queue(late, queued, Duration.ofSeconds(2));
        look();
        for (int i = 0; i < 20; i++) {
            passesFreely(1_000);
            queue(late, 500, Duration.ofSeconds(1));
            look();
        }

        assertThat(passes(late, 10_000))
                .as("in the second that a submission may wait")
                .isBetween(390, 420);
    }

    @Test
    void what_is_refused_says_when_to_come_back() {
        queue(late, 100, Duration.ofSeconds(2));
        look();

        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        enter(late);
                    }
                })
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.status()).isEqualTo(429);
                    assertThat(problem.code()).isEqualTo("overloaded");
                    assertThat(problem.headers()).containsKey("retry-after");
                });
    }

    @Test
    void a_project_whose_own_jobs_are_in_time_is_not_paced_for_its_neighbours() {
        queue(late, 1_000, Duration.ofSeconds(5));
        queue(prompt, 10, Duration.ofMillis(50));
        look();

        assertThat(passes(late, 10_000)).isLessThan(1_000);
        assertThat(passes(prompt, 10_000)).isEqualTo(10_000);
    }

    @Test
    void late_projects_share_the_rate_equally() {
        var other = UUID.randomUUID();
        queue(late, 1_000, Duration.ofSeconds(5));
        queue(other, 10, Duration.ofSeconds(5));
        look();

        int mine = passes(late, 10_000);
        int theirs = passes(other, 10_000);

        assertThat(mine).isPositive().isCloseTo(theirs, org.assertj.core.data.Offset.offset(2));
    }

    @Test
    void those_whose_turns_come_in_the_same_moment_are_let_in_at_once() {
        passesFreely(2_500);
        queue(late, 500, Duration.ofSeconds(2));
        look();
        passesFreely(2_500);
        look();
        clock.addAndGet(1_234_567);

        var letInAt = new ArrayList<Long>();
        for (int i = 0; i < 100; i++) {
            long now = clock.get();
            pace.enter(late, wait -> letInAt.add(now + wait));
        }

        // Four fifths of the 2,200 or so that the workers take up: some 35 in 20 ms.
        assertThat(letInAt).isSorted().hasSize(100);
        assertThat(Set.copyOf(letInAt))
                .hasSizeBetween(100 / 40, 100 / 30 + 1)
                .allSatisfy(at -> assertThat(at % Pace.MOMENT.toNanos()).isZero());
    }

    @Test
    void commits_are_apart_only_while_somebody_is_paced() {
        assertThat(pace.betweenCommits()).isZero();

        queue(late, 100, Duration.ofSeconds(2));
        look();

        assertThat(pace.betweenCommits()).isEqualTo(Pace.BETWEEN_COMMITS);
    }

    @Test
    void what_was_taken_up_long_ago_is_not_what_is_taken_up_now() {
        queue(late, 100, Duration.ofSeconds(2));
        look();
        passesFreely(100_000);
        database.client().sql("truncate job_backlog").update();
        clock.addAndGet(Duration.ofMinutes(1).toNanos());
        queue(late, 100_000, Duration.ofSeconds(2));

        look();
        passesFreely(500);
        look();

        assertThat(passes(late, 10_000))
                .as("four fifths of the 500 of the last second, of the minute before nothing")
                .isBetween(390, 420);
    }

    @Test
    void a_queue_is_not_counted_while_nobody_in_it_is_late() throws Exception {
        queue(prompt, 500, Duration.ofMillis(100));
        try (var locking = source.getConnection();
                var lock = locking.createStatement()) {
            locking.setAutoCommit(false);
            lock.execute("lock table job_dispatch in access exclusive mode");

            assertThat(CompletableFuture.runAsync(this::look)).succeedsWithin(Duration.ofSeconds(10));
        }
    }

    @Test
    void nobody_is_paced_while_the_processors_have_room() {
        processors = 0.5;
        queue(late, 1_000, Duration.ofSeconds(5));
        look();

        assertThat(passes(late, 10_000)).isEqualTo(10_000);
    }

    @Test
    void nobody_is_paced_while_no_worker_lives() {
        database.client()
                .sql("update worker set heartbeat_at = now() - interval '11 s'")
                .update();
        queue(late, 1_000, Duration.ofSeconds(5));
        look();

        assertThat(passes(late, 10_000)).isEqualTo(10_000);
    }

    @Test
    void a_job_that_is_not_due_is_not_late() {
        queue(late, 1_000, Duration.ofSeconds(-60));
        look();

        assertThat(passes(late, 10_000)).isEqualTo(10_000);
    }

    @Test
    void the_pace_is_let_go_of_once_nobody_is_late() {
        queue(late, 1_000, Duration.ofSeconds(5));
        look();
        assertThat(passes(late, 10_000)).isLessThan(1_000);

        database.client().sql("truncate job_backlog").update();
        for (int i = 0; i < 100; i++) {
            look();
        }

        assertThat(passes(late, 10_000)).isEqualTo(10_000);
    }

    /// A look, a second after the one before.
    private void look() {
        clock.addAndGet(Duration.ofSeconds(1).toNanos());
        pace.look();
    }

    private void passesFreely(int count) {
        for (int i = 0; i < count; i++) {
            pace.enter(prompt);
        }
    }

    /// How many of so many submissions at one moment pass, now or within their wait.
    private int passes(UUID project, int count) {
        int passed = 0;
        long now = clock.get();
        for (int i = 0; i < count; i++) {
            try {
                enter(project);
                passed++;
            } catch (Problem refused) {
                break;
            }
        }
        clock.set(now);
        return passed;
    }

    private void enter(UUID project) {
        pace.enter(project, wait -> {});
    }

    private void queue(UUID project, int count, Duration ago) {
        database.run(connection -> {
            try (var insert = connection.prepareStatement("""
                    insert into job_backlog (job_id, project_id, lane, turn, run_at, epoch, attempts, take_backs, sequence)
                    select gen_random_uuid(), ?, 'chat', now() - ? * interval '1 ms', now() - ? * interval '1 ms', 0, 0, 0, 1
                    from generate_series(1, ?)
                    """)) {
                insert.setObject(1, project);
                insert.setLong(2, ago.toMillis());
                insert.setLong(3, ago.toMillis());
                insert.setInt(4, count);
                return insert.executeUpdate();
            }
        });
    }
}
