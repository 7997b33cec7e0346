package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.AttemptNotes.Note;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AttemptNotesTest {

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);

    @AfterAll
    static void end() {
        test.close();
    }

    @Test
    void an_intent_is_on_record_while_its_job_goes_on() {
        var claimed = jobs.running(jobs.worker(), Submission.video());

        assertThat(jobs.note(claimed.lease(), TestJobs.started(1))).isTrue();

        assertThat(jobs.attempts(claimed.id())).containsExactly("1 started");
        assertThat(jobs.row(claimed.id()).attempts()).isEqualTo(1);
        assertThat(jobs.row(claimed.id()).place()).isEqualTo("run");
    }

    @Test
    void a_failed_attempt_is_completed_before_the_next_begins() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        jobs.note(claimed.lease(), TestJobs.started(1));
        jobs.note(claimed.lease(), failed(1));
        jobs.note(claimed.lease(), TestJobs.started(2));
        // The record of a long call that comes late does not turn back what has been settled.
        jobs.note(claimed.lease(), TestJobs.started(1));

        assertThat(jobs.attempts(claimed.id())).containsExactly("1 failed timeout", "2 started");
        assertThat(jobs.row(claimed.id()).attempts()).isEqualTo(2);
    }

    @Test
    void whoever_has_lost_the_job_may_not_go_on_and_writes_nothing() {
        var stale = jobs.running(jobs.worker(), Submission.video());
        jobs.requeue(stale, Duration.ZERO, "retry");
        var current = jobs.claimAgain(jobs.worker(), stale.id());

        assertThat(jobs.note(stale.lease(), TestJobs.started(1))).isFalse();
        assertThat(jobs.note(
                        new Lease(
                                current.id(),
                                stale.lease().worker(),
                                current.lease().epoch()),
                        TestJobs.started(1)))
                .isFalse();
        assertThat(jobs.attempts(stale.id())).isEmpty();
        assertThat(jobs.row(stale.id()).attempts()).isZero();
    }

    @Test
    void a_job_that_was_asked_to_end_may_not_go_on() {
        var claimed = jobs.running(jobs.worker(), Submission.video());
        new JobCancels(test.database()).cancel(jobs.mine(), claimed.id());

        assertThat(jobs.note(claimed.lease(), TestJobs.started(1))).isFalse();
    }

    @Test
    void notes_of_one_call_that_meet_in_one_batch_leave_what_came_last() {
        var worker = jobs.worker();
        var twice = jobs.running(worker, Submission.chat());
        var stale = jobs.running(worker, Submission.chat());
        jobs.requeue(stale, Duration.ZERO, "retry");
        var current = jobs.claimAgain(worker, stale.id());
        var neighbour = jobs.running(worker, Submission.video());

        var mayGoOn = AttemptNotes.note(
                test.database(),
                List.of(
                        new Note(twice.lease(), TestJobs.started(1)),
                        new Note(stale.lease(), failed(1)),
                        new Note(twice.lease(), failed(1)),
                        new Note(twice.lease(), TestJobs.started(2)),
                        new Note(current.lease(), TestJobs.started(1)),
                        new Note(neighbour.lease(), TestJobs.started(1))));

        assertThat(mayGoOn).containsExactlyInAnyOrder(twice.lease(), current.lease(), neighbour.lease());
        assertThat(jobs.attempts(twice.id())).containsExactly("1 failed timeout", "2 started");
        assertThat(jobs.row(twice.id()).attempts()).isEqualTo(2);
        assertThat(jobs.attempts(current.id())).containsExactly("1 started");
        assertThat(jobs.attempts(neighbour.id())).containsExactly("1 started");
    }

    private static AttemptReport failed(int number) {
        return TestJobs.ended(number, AttemptStatus.FAILED, "timeout");
    }
}
