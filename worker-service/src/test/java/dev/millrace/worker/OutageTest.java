package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.access.Secret;
import dev.millrace.database.DatabaseWatch;
import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobId;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import dev.millrace.provider.ProviderKey;
import dev.millrace.worker.fixture.Outage;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.Work;
import dev.millrace.worker.lease.LeaseKeeper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// PostgreSQL goes away under running workers, and comes back.
@DisplayNameGeneration(ReplaceUnderscores.class)
class OutageTest {

    private static final String CHAT = "sim-chat";
    private static final String VIDEO = "sim-video~render=50ms~poll-after=50ms";
    private static final int MANY = 500;

    @TempDir
    Path assets;

    private final TestDatabase database = TestDatabase.create();
    private final TestJobs jobs = new TestJobs(database);
    private final Provider provider = new Provider();
    private final Work work = new Work(database);

    @AfterEach
    void end() {
        database.close();
    }

    private RunningWorker start(String... settings) {
        var all = Stream.concat(
                Stream.of(
                        "millrace.lease.duration=1s",
                        "millrace.lease.renew-every=200ms",
                        // They tell each connection that breaks.
                        "logging.level.com.zaxxer.hikari=off",
                        "logging.level.org.springframework.transaction=off"),
                Stream.of(settings));
        return RunningWorker.start(database, provider, assets, all.toArray(String[]::new));
    }

    /// Several leases. Time itself is tested.
    private static void beAwayFrom(List<RunningWorker> workers) {
        long until = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        Awaitility.await("the workers have been without the database for long")
                .atMost(Duration.ofSeconds(30))
                .until(() -> System.nanoTime() > until
                        && workers.stream()
                                .noneMatch(worker -> worker.bean(LeaseKeeper.class)
                                                .mayStart()
                                        || worker.bean(DatabaseWatch.class).available()));
    }

    /// Waits until each of so many workers could long have taken from the others what it took for theirs.
    private void awaitJudgement(int workers) {
        Awaitility.await("each has been heard for a lease and two looks")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() ->
                        workers == jobs.count("worker", "lost_at is null and steady_since < now() - interval '3 s'"));
    }

    @Test
    void nobody_s_jobs_are_taken_and_each_worker_goes_on_as_it_was() {
        try (var one = start();
                var two = start()) {
            var chats = provider.hold("chat", "before-answer");
            var creates = provider.hold("video.create", "before-answer");
            var called = Stream.generate(() -> work.chat(CHAT)).limit(6).toList();
            var created = work.video(VIDEO);
            chats.awaitHeld(6);
            creates.awaitHeld(1);
            var ids = List.of(
                    one.bean(LeaseKeeper.class).worker(),
                    two.bean(LeaseKeeper.class).worker());
            awaitJudgement(2);

            var outage = Outage.of(database);
            beAwayFrom(List.of(one, two));
            outage.close();
            awaitJudgement(2);

            assertThat(List.of(
                            one.bean(LeaseKeeper.class).worker(),
                            two.bean(LeaseKeeper.class).worker()))
                    .isEqualTo(ids);
            chats.close();
            creates.close();
            assertThat(called).allSatisfy(job -> {
                assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
                assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
                assertThat(provider.requests("chat", job.prompt())).hasSize(1);
            });
            assertThat(work.awaitEnd(created)).isEqualTo("succeeded");
            assertThat(provider.requests("video.create", created.prompt())).hasSize(1);
            assertThat(work.number("select count(*) from attempt where job_id = :id", created))
                    .isEqualTo(1);
        }
    }

    @Test
    void what_is_due_is_dispatched_and_polled_in_a_ramp_at_a_start_and_after_an_outage() {
        var queued = queue();
        var due = render();
        try (var worker = start("millrace.dispatch.ramp=20")) {
            assertBeginsSlowly(queued, due);
            Awaitility.await("all are released in the end")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> dispatched(queued) == MANY && polled(due) == MANY);

            var outage = Outage.of(database);
            beAwayFrom(List.of(worker));
            outage.close();
            assertBeginsSlowly(queue(), render());
        }
    }

    private List<JobId> queue() {
        return jobs.accept(Submission.chat().withModel(CHAT), MANY);
    }

    /// Renders that are due, of jobs that are parked.
    private List<JobId> render() {
        var accepted = jobs.accept(Submission.video().withModel(VIDEO), MANY);
        database.database()
                .client()
                .sql("""
                        with gone as (
                            delete from job_backlog where job_id = any (string_to_array(:ids, ',')::uuid[]) returning *
                        ), parked as (
                            insert into job_run (job_id, project_id, lane, epoch, attempts, take_backs, sequence,
                                                 started_at, claimed_at)
                            select job_id, project_id, lane, 1, 1, 0, 2, now(), now() from gone
                        ), created as (
                            insert into attempt (job_id, number, status, provider, model, key_ref, epoch, started_at,
                                                 accepted_at, outcome, operation_id)
                            select job_id, 1, 'accepted', 'simulator', :model, :key, 1, now(), now(), 'accepted',
                                   job_id::text
                            from gone
                        )
                        insert into render (job_id, attempt, phase, due_at, epoch, provider, model, key_ref,
                                            operation_id, deadline)
                        select job_id, 1, 'poll', now(), 1, 'simulator', :model, :key, job_id::text,
                               now() + interval '1 hour'
                        from gone
                        """)
                .param("ids", ids(accepted))
                .param("model", VIDEO)
                .param(
                        "key",
                        ProviderKey.of(new Secret("sk-of-the-worker-tests")).ref())
                .update();
        return accepted;
    }

    private static String ids(List<JobId> some) {
        return some.stream().map(job -> job.value().toString()).collect(Collectors.joining(","));
    }

    private long dispatched(List<JobId> queued) {
        return MANY - count("job_backlog", queued);
    }

    private long polled(List<JobId> due) {
        return count("(select job_id from render where claim_no > 0) polled", due);
    }

    private long count(String from, List<JobId> some) {
        return database.database()
                .client()
                .sql("select count(*) from " + from + " where job_id = any (string_to_array(:ids, ',')::uuid[])")
                .param("ids", ids(some))
                .query(Long.class)
                .single();
    }

    /// Without a ramp the first look would see 128 jobs, which is what a lane takes at least, and 200 polls.
    private void assertBeginsSlowly(List<JobId> queued, List<JobId> due) {
        assertThat(firstSeen(() -> dispatched(queued))).isLessThan(100);
        assertThat(firstSeen(() -> polled(due))).isLessThan(100);
    }

    private static long firstSeen(Callable<Long> count) {
        return Awaitility.await("the first")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .ignoreExceptions()
                .until(count, seen -> seen > 0);
    }
}
