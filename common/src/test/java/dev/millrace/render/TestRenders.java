package dev.millrace.render;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ended;
import dev.millrace.job.Ending;
import dev.millrace.job.JobId;
import dev.millrace.job.Lease;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// Brings renders to where a test needs them: intent on record, create answered or not, followed, held.
public final class TestRenders {

    public static final StoredFile FILE = new StoredFile("ab/video.mp4", "video/mp4", 1_000, new byte[32]);

    private final TestDatabase test;
    private final TestJobs jobs;
    private final RenderStore store;

    public TestRenders(TestDatabase test, TestJobs jobs) {
        this.test = test;
        this.jobs = jobs;
        this.store = new RenderStore(test.database());
    }

    /// A video job in a worker's hands, its first create about to be sent.
    public ClaimedJob intended(UUID worker) {
        return intended(worker, Submission.video());
    }

    public ClaimedJob intended(UUID worker, Submission submission) {
        var claimed = jobs.running(worker, submission);
        intend(claimed, 1);
        return claimed;
    }

    public void intend(ClaimedJob claimed, int number) {
        if (!jobs.note(claimed.lease(), TestJobs.started(number))) {
            throw new IllegalStateException("The intent was refused");
        }
    }

    /// A video job whose create was answered, parked.
    public ClaimedJob rendering(UUID worker, String operation) {
        var claimed = intended(worker);
        answered(claimed.lease(), 1, operation);
        return claimed;
    }

    public Optional<Ended> answered(Lease lease, int number, String operation) {
        return store.accepted(
                lease,
                TestJobs.ended(number, AttemptStatus.ACCEPTED, "accepted"),
                operation(operation),
                Duration.ZERO,
                Duration.ofHours(2),
                lease.worker());
    }

    public static Operation operation(String id) {
        return new Operation("p", "pm", "k1", id);
    }

    /// A video job whose create's answer was lost, parked for lookup.
    public ClaimedJob lookedUp(UUID worker) {
        var claimed = intended(worker);
        unanswered(claimed.lease(), 1);
        return claimed;
    }

    public void unanswered(Lease lease, int number) {
        store.indeterminate(
                lease,
                TestJobs.ended(number, AttemptStatus.INDETERMINATE, "timeout"),
                "p",
                "pm",
                "k1",
                Duration.ZERO,
                Duration.ofSeconds(90));
    }

    /// A video job that waits for an operator.
    public ClaimedJob held(UUID worker) {
        var claimed = lookedUp(worker);
        store.hold(follow(worker, claimed.id()), "provider_cannot_tell", worker);
        return claimed;
    }

    /// Takes up all that is due, and answers the render of this job.
    public FollowedRender follow(UUID worker, JobId job) {
        return store.claimDue(worker, 1_000).stream()
                .filter(render -> render.job().equals(job))
                .findFirst()
                .orElseThrow();
    }

    /// Frees all renders, as after the loss of whoever followed them.
    public void free() {
        test.database()
                .client()
                .sql("update render set claimed_by = null, claim_no = claim_no + 1, due_at = now()")
                .update();
    }

    public Optional<Ended> complete(FollowedRender render) {
        return store.complete(
                render,
                ended(render, AttemptStatus.SUCCEEDED, "succeeded"),
                FILE,
                Ending.succeeded(render.job(), render.epoch(), null, null, Optional.empty()),
                UUID.randomUUID());
    }

    public static AttemptReport ended(FollowedRender render, AttemptStatus status, String outcome) {
        return RenderAttempts.ended(render.attempt(), status, outcome, null, null);
    }

    /// The phases of a job's renders in the order of their attempts, such as `1 poll`.
    public String followed(JobId job) {
        return String.join(
                ", ",
                test.database()
                        .client()
                        .sql("""
                                select concat_ws(' ', attempt, phase, operation_id) from render
                                where job_id = :id order by attempt
                                """)
                        .param("id", job.value())
                        .query(String.class)
                        .list());
    }

    /// Lets the time be over in which a create might still arrive, a render finish or a file stay.
    public void passDeadline(JobId job) {
        test.database()
                .client()
                .sql("update render set deadline = :then where job_id = :id")
                .param("then", java.sql.Timestamp.from(Instant.now().minusSeconds(60)))
                .param("id", job.value())
                .update();
    }
}
