package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JobRequeuesTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);

    @AfterAll
    static void end() {
        test.close();
    }

    @Test
    void a_job_that_is_put_back_waits_until_its_time_with_its_attempt_on_record() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        var failed = TestJobs.ended(1, AttemptStatus.FAILED, "timeout");
        var requeue = new Requeue(claimed.id(), 1, MINUTE, "retry", Optional.of(failed));

        assertThat(JobRequeues.requeue(test.database(), List.of(requeue))).containsExactly(claimed.id());

        var job =
                new JobQueries(test.database()).find(jobs.mine(), claimed.id()).orElseThrow();
        assertThat(job.status()).isEqualTo(JobStatus.QUEUED);
        assertThat(job.sequence()).isEqualTo(3);
        assertThat(job.attempts()).isEqualTo(1);
        assertThat(job.startedAt()).contains(claimed.startedAt());
        assertThat(job.runAt().orElseThrow()).isAfter(Instant.now().plusSeconds(50));
        assertThat(jobs.events(claimed.id())).containsExactly("running", "queued");
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 failed timeout");
        assertThat(jobs.count(
                        "job_event",
                        "job_id = '%s' and detail ->> 'reason' = 'retry'"
                                .formatted(claimed.id().value())))
                .isEqualTo(1);
    }

    @Test
    void a_job_without_a_place_goes_back_without_spending_an_attempt() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        jobs.requeue(claimed, Duration.ZERO, "no_capacity");
        assertThat(jobs.row(claimed.id()).attempts()).isZero();
        assertThat(jobs.attempts(claimed.id())).isEmpty();
    }

    @Test
    void a_job_that_finds_no_room_time_and_again_says_so_once_and_its_sequence_rises_all_the_same() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        jobs.requeue(claimed, Duration.ZERO, "no_capacity");
        var since = told(claimed.id()).at();

        for (int i = 0; i < 3; i++) {
            jobs.requeue(jobs.claimAgain(jobs.worker(), claimed.id()), MINUTE, "no_capacity");
        }

        assertThat(jobs.events(claimed.id())).containsExactly("running", "queued");
        assertThat(jobs.row(claimed.id()).sequence())
                .as("2, 3, then two each time")
                .isEqualTo(9);
        var told = told(claimed.id());
        assertThat(told.sequence()).isEqualTo(9);
        assertThat(told.at()).as("for so long it has waited").isEqualTo(since);
        assertThat(told.runAt())
                .isEqualTo(new JobQueries(test.database())
                        .find(jobs.mine(), claimed.id())
                        .orElseThrow()
                        .runAt()
                        .orElseThrow());

        jobs.succeed(jobs.claimAgain(jobs.worker(), claimed.id()));
        assertThat(jobs.events(claimed.id())).containsExactly("running", "queued", "running", "succeeded");
        assertThat(jobs.row(claimed.id()).sequence()).isEqualTo(11);
    }

    @Test
    void what_happens_between_two_waits_for_room_is_told_with_both() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        jobs.requeue(claimed, Duration.ZERO, "no_capacity");
        jobs.requeue(jobs.claimAgain(jobs.worker(), claimed.id()), Duration.ZERO, "retry");
        jobs.requeue(jobs.claimAgain(jobs.worker(), claimed.id()), Duration.ZERO, "no_capacity");

        assertThat(jobs.events(claimed.id()))
                .containsExactly("running", "queued", "running", "queued", "running", "queued");
    }

    @Test
    void of_several_jobs_that_are_put_back_together_each_keeps_its_own_history() {
        var worker = jobs.worker();
        var again = jobs.running(worker, Submission.chat());
        jobs.requeue(again, Duration.ZERO, "no_capacity");
        var second = jobs.claimAgain(worker, again.id());
        var first = jobs.running(worker, Submission.chat());
        var failed = jobs.running(worker, Submission.chat());

        JobRequeues.requeue(
                test.database(),
                List.of(
                        new Requeue(second.id(), second.lease().epoch(), MINUTE, "no_capacity", Optional.empty()),
                        new Requeue(first.id(), 1, MINUTE, "no_capacity", Optional.empty()),
                        new Requeue(failed.id(), 1, MINUTE, "retry", Optional.empty())));

        for (var job : List.of(again, first, failed)) {
            assertThat(jobs.events(job.id())).containsExactly("running", "queued");
        }
        assertThat(told(again.id()).sequence()).isEqualTo(5);
        assertThat(told(first.id()).sequence()).isEqualTo(3);
    }

    private record Told(int sequence, Instant at, Instant runAt) {}

    /// The one event that says that a job was put back.
    private static Told told(JobId job) {
        return test.database()
                .client()
                .sql("""
                        select sequence, created_at, to_timestamp((detail ->> 'run_at')::float8) as run_at
                        from job_event where job_id = :id and type = 'job.queued'
                        """)
                .param("id", job.value())
                .query((row, number) -> new Told(
                        row.getInt("sequence"),
                        row.getTimestamp("created_at").toInstant(),
                        row.getTimestamp("run_at").toInstant()))
                .single();
    }

    @Test
    void a_job_keeps_its_priority_when_it_is_put_back() {
        var claimed = jobs.running(jobs.worker(), Submission.chat().withPriority(3));
        jobs.requeue(claimed, MINUTE, "retry");
        assertThat(jobs.count(
                        "job_backlog",
                        "job_id = '%s' and run_at - turn = interval '3 minutes'"
                                .formatted(claimed.id().value())))
                .isEqualTo(1);
    }

    @Test
    void a_job_that_was_asked_to_end_is_not_put_back() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        new JobCancels(test.database()).cancel(jobs.mine(), claimed.id());
        assertThat(jobs.requeue(claimed, Duration.ZERO, "retry")).isFalse();
        assertThat(jobs.place(claimed.id())).isEqualTo("run");
    }

    @Test
    void whoever_has_lost_the_job_puts_nothing_back() {
        var stale = jobs.running(jobs.worker(), Submission.chat());
        jobs.requeue(stale, Duration.ZERO, "retry");
        var current = jobs.claimAgain(jobs.worker(), stale.id());

        assertThat(JobRequeues.requeue(
                        test.database(),
                        List.of(
                                new Requeue(
                                        stale.id(),
                                        stale.lease().epoch(),
                                        MINUTE,
                                        "late",
                                        Optional.of(TestJobs.ended(1, AttemptStatus.FAILED, "late"))),
                                new Requeue(
                                        current.id(),
                                        current.lease().epoch(),
                                        Duration.ZERO,
                                        "retry",
                                        Optional.empty()))))
                .containsExactly(current.id());
        assertThat(jobs.attempts(stale.id())).isEmpty();
        assertThat(jobs.events(stale.id())).containsExactly("running", "queued", "running", "queued");
        assertThat(jobs.requeue(stale, Duration.ZERO, "later still")).isFalse();
    }

    @Test
    void an_outcome_clears_the_count_of_take_backs_but_a_lookup_that_finds_nothing_does_not() {
        var suspect = jobs.running(jobs.worker(), Submission.video());
        takeBack(suspect);
        var second = jobs.claimAgain(jobs.worker(), suspect.id());
        jobs.requeue(second, Duration.ZERO, "not_made");
        assertThat(jobs.row(suspect.id()).takeBacks()).isEqualTo(1);

        var third = jobs.claimAgain(jobs.worker(), suspect.id());
        jobs.requeue(third, Duration.ZERO, "retry");
        assertThat(jobs.row(suspect.id()).takeBacks()).isZero();
    }

    private static void takeBack(ClaimedJob job) {
        var takeBack = new JobRequeues.TakeBack(
                job.id(), job.lease().epoch(), true, AttemptReport.abandoned(1, job.startedAt()));
        test.database().run(connection -> JobRequeues.takeBack(connection, List.of(takeBack)));
    }
}
