package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.Database;
import dev.millrace.database.OneConnection;
import dev.millrace.database.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What keeps a settlement cheap, however many jobs it is of.
@DisplayNameGeneration(ReplaceUnderscores.class)
class SettlementCostTest {

    private static final int LARGE = 2_000;
    private static final int SMALL = 100;

    @Test
    void a_large_settlement_takes_no_longer_than_small_ones_of_as_many_jobs() {
        try (var one = new OneConnection()) {
            var cost = costs(one.database(), new TestJobs(one.test()));

            // Each compared with each would be twenty times as long.
            assertThat(cost.large()).isLessThan(cost.small().multipliedBy(3));
        }
    }

    @Test
    void its_plan_is_made_once_for_all_settlements_of_a_connection() {
        try (var one = new OneConnection()) {
            var jobs = new TestJobs(one.test());
            for (int i = 0; i < OneConnection.UNTIL_PLANNED; i++) {
                JobEndings.end(one.database(), endings(running(jobs, 1)), UUID.randomUUID());
            }

            assertThat(one.plannedOnce("delete from job_run")).isTrue();
        }
    }

    /// As many dead rows as a table of jobs under way has between two vacuums on a busy day.
    @Test
    void a_settlement_does_not_go_through_what_is_left_of_jobs_that_ran_before() {
        try (var one = new OneConnection()) {
            var jobs = new TestJobs(one.test());
            one.database()
                    .client()
                    .sql("alter table job_run set (autovacuum_enabled = off)")
                    .update();
            one.database().client().sql("analyze job_run").update();
            for (int i = 0; i < OneConnection.UNTIL_PLANNED; i++) {
                JobEndings.end(one.database(), endings(running(jobs, 1)), UUID.randomUUID());
            }
            for (int i = 0; i < 10; i++) {
                JobEndings.end(one.database(), endings(running(jobs, LARGE)), UUID.randomUUID());
            }

            var scanned = scanned(one);
            JobEndings.end(one.database(), endings(running(jobs, 1)), UUID.randomUUID());

            assertThat(scanned(one))
                    .as("times the table was read from end to end")
                    .isEqualTo(scanned);
        }
    }

    private static long scanned(OneConnection one) {
        one.database()
                .client()
                .sql("select pg_stat_force_next_flush()::text")
                .query(String.class)
                .single();
        return one.database()
                .client()
                .sql("select seq_scan from pg_stat_user_tables where relname = 'job_run'")
                .query(Long.class)
                .single();
    }

    @Test
    void the_body_of_a_webhook_is_written_within_its_statement_and_not_by_a_call_for_each_row() {
        try (var test = TestDatabase.create()) {
            var plan = test.database().client().sql("""
                            explain (verbose)
                            select event_body(job_id, sequence, 'job.' || status, finished_at) from job_end
                            """).query(String.class).list();

            assertThat(String.join("\n", plan)).contains("convert_to").doesNotContain("event_body");
        }
    }

    /// @param small of all small settlements together
    private record Costs(Duration small, Duration large) {}

    private static Costs costs(Database database, TestJobs jobs) {
        for (int i = 0; i < OneConnection.UNTIL_PLANNED; i++) {
            settle(database, running(jobs, SMALL));
        }
        var small = Duration.ZERO;
        for (int i = 0; i < LARGE / SMALL; i++) {
            small = small.plus(settle(database, running(jobs, SMALL)));
        }
        return new Costs(small, settle(database, running(jobs, LARGE)));
    }

    private static List<ClaimedJob> running(TestJobs jobs, int many) {
        var submission = Submission.chat().telling("https://example.org/hook").published();
        return jobs.claims().claim(jobs.worker(), jobs.accept(submission, many));
    }

    private static Duration settle(Database database, List<ClaimedJob> batch) {
        var endings = endings(batch);
        long began = System.nanoTime();
        var ended = JobEndings.end(database, endings, UUID.randomUUID());
        var taken = Duration.ofNanos(System.nanoTime() - began);
        assertThat(ended).hasSize(batch.size()).allMatch(end -> end.delivery().isPresent());
        return taken;
    }

    private static List<Ending> endings(List<ClaimedJob> batch) {
        return batch.stream()
                .map(job ->
                        Ending.succeeded(job.id(), job.lease().epoch(), null, new byte[100], Optional.of(attempt())))
                .toList();
    }

    private static AttemptReport attempt() {
        return new AttemptReport(
                1,
                AttemptStatus.SUCCEEDED,
                "p",
                "m",
                "k",
                Instant.now(),
                "succeeded",
                null,
                null,
                200,
                "r",
                5L,
                7L,
                3L);
    }
}
