package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.Staged;
import dev.millrace.database.TestDatabase;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.render.FollowedRender;
import dev.millrace.render.Holds;
import dev.millrace.render.RenderAttempts;
import dev.millrace.render.TestRenders;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Whatever becomes of a render, in the end it has cost what its attempts did, and nothing is reserved for it.
@DisplayNameGeneration(ReplaceUnderscores.class)
class RenderSettlementsTest {

    @RegisterExtension
    private static final TestDatabase test = TestDatabase.create();

    private final Books books = new Books(test);
    private final Holds holds = new Holds(test.database());

    @BeforeEach
    void have_a_budget() {
        books.budget("10");
    }

    private FollowedRender follow(ClaimedJob job) {
        return books.renders.follow(books.worker, job.id());
    }

    private void complete(FollowedRender render, String cost) {
        books.store.complete(
                render,
                Books.rendered(render.attempt(), cost),
                TestRenders.FILE,
                Ending.succeeded(render.job(), render.epoch(), null, null, Optional.empty()),
                books.worker);
    }

    @Test
    void a_render_settles_to_its_cost_in_the_commit_of_its_jobs_end() {
        var job = books.rendering("2");
        var render = follow(job);

        books.store.fail(
                render,
                RenderAttempts.ended(1, AttemptStatus.FAILED, "render_failed", "c", "m")
                        .costing(null, new BigDecimal("0.8")),
                Ending.failed(job.id(), render.epoch(), "c", "m", Optional.empty()),
                books.worker);

        books.assertSettled("0.8");
    }

    @Test
    void a_render_that_took_too_long_releases_all() {
        var job = books.rendering("2");
        var render = follow(job);

        books.store.fail(
                render,
                RenderAttempts.ended(1, AttemptStatus.FAILED, "render_timeout", "render_timeout", "m"),
                Ending.expired(job.id(), render.epoch(), "render_timeout", "m"),
                books.worker);

        assertThat(books.jobs.place(job.id())).isEqualTo("expired");
        books.assertSettled("0");
    }

    @Test
    void a_render_that_was_cancelled_while_parked_keeps_its_reservation_until_it_has_been_followed_to_its_cost() {
        var job = books.rendering("2");
        books.cancel(job.id());
        assertThat(books.jobs.place(job.id())).isEqualTo("cancelled");
        books.assertKeeps("2");

        complete(follow(job), "1.6");

        assertThat(books.jobs.place(job.id())).isEqualTo("cancelled");
        books.assertSettled("1.6");
    }

    @Test
    void a_render_that_was_cancelled_and_failed_without_a_bill_releases_all() {
        var job = books.rendering("2");
        books.cancel(job.id());
        var render = follow(job);

        books.store.tryAgain(
                render,
                RenderAttempts.ended(1, AttemptStatus.FAILED, "render_failed", "c", "m")
                        .costing(null, BigDecimal.ZERO),
                Books.again(job.id(), render.epoch(), Optional.empty()),
                books.worker);

        books.assertSettled("0");
    }

    @Test
    void a_render_that_was_not_made_is_tried_again_with_the_same_reservation() {
        var job = books.lookedUp("2");
        var render = follow(job);
        books.store.tryAgain(
                render,
                RenderAttempts.ended(1, AttemptStatus.FAILED, "not_made", null, null)
                        .costing(null, BigDecimal.ZERO),
                Books.again(job.id(), render.epoch(), Optional.empty()),
                books.worker);
        books.assertKeeps("2");

        var second = books.jobs.claimAgain(books.worker, job.id());
        books.renders.intend(second, 2);
        books.renders.answered(second.lease(), 2, "op-2");
        complete(follow(second), "1.6");

        books.assertSettled("1.6");
    }

    @Test
    void a_job_that_is_cancelled_while_its_create_is_looked_up_keeps_its_reservation_until_that_is_known() {
        var job = books.lookedUp("2");
        books.cancel(job.id());
        books.assertKeeps("2");

        books.store.hold(follow(job), "provider_cannot_tell", books.worker);

        assertThat(books.jobs.place(job.id())).isEqualTo("cancelled");
        books.assertSettled("0");
    }

    private ClaimedJob held(String estimate) {
        var job = books.lookedUp(estimate);
        books.store.hold(follow(job), "provider_cannot_tell", books.worker);
        return job;
    }

    @Test
    void a_held_job_keeps_its_reservation_and_releases_it_when_it_is_given_up() {
        var job = held("2");
        books.assertKeeps("2");

        holds.giveUp(holds.find(job.id()).orElseThrow());

        assertThat(books.jobs.place(job.id())).isEqualTo("failed");
        books.assertSettled("0");
    }

    @Test
    void a_held_job_that_is_cancelled_releases_all() {
        var job = held("2");

        books.cancel(job.id());

        books.assertSettled("0");
    }

    @Test
    void a_held_job_that_was_made_is_settled_to_its_cost() {
        var job = held("2");
        holds.made(holds.find(job.id()).orElseThrow(), "op-found", Duration.ofHours(1));
        books.assertKeeps("2");

        complete(follow(job), "1.6");

        books.assertSettled("1.6");
    }

    @Test
    void a_held_job_that_was_not_made_is_tried_again_with_the_same_reservation() {
        var job = held("2");
        holds.notMade(holds.find(job.id()).orElseThrow());
        books.assertKeeps("2");

        books.cancel(job.id());

        books.assertSettled("0");
    }

    @Test
    void the_cost_of_an_attempt_that_was_given_up_is_added_when_it_comes_to_be_known_and_once() {
        var job = held("2");
        holds.giveUp(holds.find(job.id()).orElseThrow());
        books.renders.answered(job.lease(), 1, "op-late");
        var render = follow(job);

        complete(render, "1");
        complete(render, "1");

        assertThat(books.jobs.attempts(job.id())).as("it keeps its end").containsExactly("1 abandoned timeout");
        books.assertSettled("1");
    }

    @Test
    void an_attempt_that_was_said_not_to_have_been_made_costs_what_its_render_did_that_was_made_all_the_same() {
        var job = held("2");
        holds.notMade(holds.find(job.id()).orElseThrow());
        books.cancel(job.id());
        books.renders.answered(job.lease(), 1, "op-late");

        complete(follow(job), "1.6");

        books.assertSettled("1.6");
    }

    /// A cancelled job of which two renders are still followed: the first create's answer came after the second.
    private List<FollowedRender> twoRenders() {
        var job = held("2");
        holds.notMade(holds.find(job.id()).orElseThrow());
        var second = books.jobs.claimAgain(books.worker, job.id());
        books.renders.intend(second, 2);
        books.renders.answered(second.lease(), 2, "op-2");
        books.renders.answered(job.lease(), 1, "op-1");
        books.cancel(second.id());
        return books.store.claimDue(books.worker, 10);
    }

    @Test
    void a_reservation_stays_until_the_last_of_several_renders_has_been_followed_to_its_end() {
        var renders = twoRenders();
        assertThat(renders).hasSize(2);

        complete(renders.get(0), "1.5");
        assertThat(books.reserved()).isEqualTo("2");
        complete(renders.get(1), "1.5");

        books.assertSettled("3");
    }

    @Test
    void two_renders_that_end_at_once_each_seeing_the_other_leave_a_reservation_that_is_found_and_released() {
        var renders = twoRenders();
        var first = new CompletableFuture<Boolean>();
        var commit = new CountDownLatch(1);
        var aside = Staged.aside(() -> test.database().inTransaction(connection -> {
            complete(renders.get(0), "1.5");
            first.complete(true);
            Staged.await(commit);
            return true;
        }));
        first.join();
        complete(renders.get(1), "1.5");
        commit.countDown();
        aside.join();
        assertThat(books.reserved()).as("each has left it to the other").isEqualTo("2");

        assertThat(Reservations.releaseForgotten(test.database()))
                .as("an end of this moment is not judged yet")
                .isZero();
        books.update("update job_end set finished_at = finished_at - interval '2 minutes'");
        assertThat(Reservations.releaseForgotten(test.database())).isEqualTo(1);

        books.assertSettled("3");
    }

    @Test
    void what_is_still_in_use_is_not_taken_for_forgotten() {
        books.running("1");
        books.cancel(books.rendering("2").id());
        books.update("update job_end set finished_at = finished_at - interval '2 minutes'");

        assertThat(Reservations.releaseForgotten(test.database())).isZero();

        assertThat(books.reserved()).isEqualTo("3");
    }
}
