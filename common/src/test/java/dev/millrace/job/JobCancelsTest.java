package dev.millrace.job;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobCancels.Cancel;
import dev.millrace.render.RenderStore;
import dev.millrace.render.TestRenders;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JobCancelsTest {

    private static final String HOOK = "https://example.org/hook";

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);
    private static final TestRenders renders = new TestRenders(test, jobs);

    private final JobCancels cancels = new JobCancels(test.database());

    private final RenderStore store = new RenderStore(test.database());

    private UUID worker;

    @AfterAll
    static void end() {
        test.close();
    }

    @BeforeEach
    void alone() {
        jobs.forgetUnfinished();
        worker = jobs.worker();
    }

    @Test
    void a_job_in_the_backlog_ends_at_once_and_its_webhook_is_told() {
        var job = jobs.accept(Submission.chat().telling(HOOK));

        var ended = done(cancel(job));

        assertThat(ended.status()).isEqualTo(JobStatus.CANCELLED);
        assertThat(ended.sequence()).isEqualTo(2);
        assertThat(ended.delivery()).isPresent();
        assertThat(jobs.place(job)).isEqualTo("cancelled");
        assertThat(jobs.events(job)).containsExactly("cancelled");
        assertThat(jobs.count("delivery_due", "claimed_by is null")).isEqualTo(1);
    }

    @Test
    void a_dispatched_job_ends_at_once_and_its_token_finds_nothing() {
        var job = jobs.accept(Submission.chat().published());
        done(cancel(job));
        assertThat(jobs.claims().claim(worker, List.of(job))).isEmpty();
        assertThat(jobs.place(job)).isEqualTo("cancelled");
    }

    @Test
    void a_job_that_was_put_back_ends_at_once_with_its_attempts_on_record() {
        var claimed = jobs.running(worker, Submission.chat());
        var failed = TestJobs.ended(1, AttemptStatus.FAILED, "timeout");
        JobRequeues.requeue(
                test.database(),
                List.of(new Requeue(claimed.id(), 1, Duration.ofHours(1), "retry", Optional.of(failed))));

        assertThat(done(cancel(claimed.id())).sequence()).isEqualTo(4);
        assertThat(jobs.row(claimed.id()).attempts()).isEqualTo(1);
    }

    @Test
    void a_running_job_is_marked_and_its_holder_is_told_to_end_it() {
        var claimed = jobs.running(worker, Submission.chat());
        var another = jobs.running(jobs.worker(), Submission.chat());
        cancel(another.id());

        assertThat(cancel(claimed.id())).isEqualTo(new Cancel.Marked());
        assertThat(cancel(claimed.id())).isEqualTo(new Cancel.Marked());

        assertThat(jobs.row(claimed.id()).cancelRequested()).isTrue();
        assertThat(jobs.events(claimed.id())).containsExactly("running");
        assertThat(cancels.requestedOf(worker)).containsExactly(claimed.id());
    }

    @Test
    void a_parked_render_s_job_ends_at_once_and_the_render_is_followed_to_its_end() {
        var claimed = renders.rendering(worker, "op_1");

        assertThat(done(cancel(claimed.id())).status()).isEqualTo(JobStatus.CANCELLED);

        assertThat(renders.followed(claimed.id())).isEqualTo("1 poll op_1");
        assertThat(renders.complete(renders.follow(worker, claimed.id()))).isEmpty();
        assertThat(jobs.place(claimed.id())).isEqualTo("cancelled");
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 succeeded succeeded");
        assertThat(jobs.count("asset", "job_id = '%s'".formatted(claimed.id().value())))
                .isEqualTo(1);
    }

    @Test
    void a_held_job_ends_at_once_and_its_attempt_stays_unexplained() {
        var claimed = renders.held(worker);

        done(cancel(claimed.id()));

        assertThat(jobs.place(claimed.id())).isEqualTo("cancelled");
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 abandoned timeout");
    }

    @Test
    void a_job_whose_create_is_being_looked_up_does_not_end_before_the_answer() {
        var claimed = renders.lookedUp(worker);

        assertThat(cancel(claimed.id())).isInstanceOf(Cancel.Marked.class);
        assertThat(jobs.place(claimed.id())).isEqualTo("run");
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 indeterminate timeout");
    }

    @Test
    void the_answer_of_the_lookup_ends_a_job_that_was_asked_to_end_whatever_it_is() {
        var found = renders.lookedUp(worker);
        var notMade = renders.lookedUp(worker);
        var unknown = renders.lookedUp(worker);
        List.of(found, notMade, unknown).forEach(claimed -> cancel(claimed.id()));
        var due = store.claimDue(worker, 10);
        assertThat(due).hasSize(3);
        for (var render : due) {
            if (render.job().equals(found.id())) {
                var adoption = store.adopt(render, "op_2", Duration.ZERO, Duration.ofHours(2), worker);
                assertThat(adoption.adopted()).isTrue();
                assertThat(adoption.ended().orElseThrow().status()).isEqualTo(JobStatus.CANCELLED);
            } else if (render.job().equals(notMade.id())) {
                var requeue = new Requeue(render.job(), render.epoch(), Duration.ZERO, "not_made", Optional.empty());
                assertThat(store.tryAgain(
                                render, TestRenders.ended(render, AttemptStatus.FAILED, "not_made"), requeue, worker))
                        .isPresent();
            } else {
                assertThat(store.hold(render, "provider_cannot_tell", worker)).isPresent();
            }
        }
        assertThat(List.of(jobs.place(found.id()), jobs.place(notMade.id()), jobs.place(unknown.id())))
                .containsOnly("cancelled");
        assertThat(renders.followed(found.id())).isEqualTo("1 poll op_2");
        assertThat(jobs.attempts(notMade.id())).containsExactly("1 failed not_made");
        assertThat(jobs.attempts(unknown.id())).containsExactly("1 abandoned timeout");
    }

    @Test
    void a_create_that_is_answered_after_its_cancel_ends_the_job_and_keeps_the_render() {
        var claimed = renders.intended(worker);
        cancel(claimed.id());

        var ended = renders.answered(claimed.lease(), 1, "op_3");

        assertThat(ended.orElseThrow().status()).isEqualTo(JobStatus.CANCELLED);
        assertThat(renders.followed(claimed.id())).isEqualTo("1 poll op_3");
    }

    @Test
    void a_finished_job_stays_as_it_is() {
        var claimed = jobs.running(worker, Submission.chat().telling(HOOK));
        jobs.succeed(claimed);
        var before = new JobQueries(test.database()).find(jobs.mine(), claimed.id());

        assertThat(cancel(claimed.id())).isEqualTo(new Cancel.TooLate());
        assertThat(new JobQueries(test.database()).find(jobs.mine(), claimed.id()))
                .isEqualTo(before);
        assertThat(jobs.count("delivery", "job_id = '%s'".formatted(claimed.id().value())))
                .isEqualTo(1);
    }

    @Test
    void another_project_s_job_does_not_exist() {
        var job = jobs.accept(Submission.chat());
        assertThat(cancels.cancel(jobs.project(), job)).isEqualTo(new Cancel.NoSuchJob());
        assertThat(cancel(JobId.next())).isEqualTo(new Cancel.NoSuchJob());
        assertThat(jobs.place(job)).isEqualTo("backlog");
    }

    @Test
    void a_job_that_moves_while_it_is_cancelled_is_found_where_it_went() {
        var dispatched = jobs.accept(Submission.chat());
        assertThat(cancelDuring(dispatched, () -> {
                    jobs.publish(dispatched);
                    return true;
                }))
                .isInstanceOf(Cancel.Done.class);

        var claimed = jobs.accept(Submission.chat().published());
        assertThat(cancelDuring(claimed, () -> jobs.claims().claim(worker, List.of(claimed))))
                .isInstanceOf(Cancel.Marked.class);

        var putBack = jobs.running(worker, Submission.chat());
        assertThat(cancelDuring(putBack.id(), () -> jobs.requeue(putBack, Duration.ZERO, "retry")))
                .isInstanceOf(Cancel.Done.class);
    }

    @Test
    void a_cancel_that_waits_for_the_loss_of_an_answer_does_not_end_the_job() {
        var claimed = renders.intended(worker);
        assertThat(cancelDuring(claimed.id(), () -> {
                    renders.unanswered(claimed.lease(), 1);
                    return true;
                }))
                .isInstanceOf(Cancel.Marked.class);
        assertThat(jobs.place(claimed.id())).isEqualTo("run");
    }

    @Test
    void a_cancel_that_waits_for_a_hold_ends_the_held_job() {
        var claimed = renders.lookedUp(worker);
        var render = renders.follow(worker, claimed.id());
        assertThat(cancelDuring(claimed.id(), () -> store.hold(render, "provider_cannot_tell", worker)))
                .isInstanceOf(Cancel.Done.class);
        assertThat(jobs.place(claimed.id())).isEqualTo("cancelled");
    }

    @Test
    void a_cancel_that_meets_an_adoption_ends_the_job_before_or_after_it() {
        var claimed = renders.lookedUp(worker);
        var render = renders.follow(worker, claimed.id());
        assertThat(cancelDuring(
                        claimed.id(), () -> store.adopt(render, "op_4", Duration.ZERO, Duration.ofHours(2), worker)))
                .isInstanceOf(Cancel.Done.class);
        assertThat(jobs.place(claimed.id())).isEqualTo("cancelled");
        assertThat(renders.followed(claimed.id())).isEqualTo("1 poll op_4");
    }

    /// Cancels while a change of the job is done and not committed.
    private Cancel cancelDuring(JobId job, Supplier<?> change) {
        var changed = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        CompletableFuture<Boolean> side = aside(() -> test.database().inTransaction(connection -> {
            assertThat(change.get()).as("the change").isNotNull();
            changed.countDown();
            await(mayCommit);
            return true;
        }));
        await(changed);
        var cancel = aside(() -> cancel(job));
        jobs.awaitBlocked();
        mayCommit.countDown();
        side.join();
        return cancel.join();
    }

    private Cancel cancel(JobId job) {
        return cancels.cancel(jobs.mine(), job);
    }

    private static Ended done(Cancel cancel) {
        assertThat(cancel).isInstanceOf(Cancel.Done.class);
        return ((Cancel.Done) cancel).ended();
    }
}
