package dev.millrace.render;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.JobStatus;
import dev.millrace.job.Requeue;
import dev.millrace.job.TestJobs;
import dev.millrace.render.FollowedRender.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Creates whose answer was lost: looked up, adopted, tried again or held.
@DisplayNameGeneration(ReplaceUnderscores.class)
class LookedUpRendersTest {

    private static final Duration LIFE = Duration.ofHours(2);

    @RegisterExtension
    private static final TestDatabase test = TestDatabase.create();

    private static final TestJobs jobs = new TestJobs(test);
    private static final TestRenders renders = new TestRenders(test, jobs);

    private final RenderStore store = new RenderStore(test.database());
    private UUID worker;

    @BeforeEach
    void alone() {
        jobs.forgetUnfinished();
        worker = jobs.worker();
    }

    @Test
    void a_lost_answer_parks_the_job_until_the_provider_was_asked() {
        var claimed = renders.lookedUp(worker);

        assertThat(jobs.row(claimed.id()).owner()).isNull();
        assertThat(jobs.events(claimed.id())).containsExactly("running", "indeterminate");
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 indeterminate timeout");
        var render = renders.follow(worker, claimed.id());
        assertThat(render.phase()).isEqualTo(Phase.LOOKUP);
        assertThat(render.operationId()).isEmpty();
        assertThat(render.deadline()).isAfter(Instant.now().plusSeconds(80));
    }

    @Test
    void a_lookup_that_finds_the_render_adopts_it_and_goes_on_polling() {
        var claimed = renders.lookedUp(worker);

        var adoption = store.adopt(renders.follow(worker, claimed.id()), "op_found", Duration.ZERO, LIFE, worker);

        assertThat(adoption).isEqualTo(new RenderStore.Adoption(true, Optional.empty()));
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 accepted adopted");
        assertThat(renders.followed(claimed.id())).isEqualTo("1 poll op_found");
        assertThat(renders.complete(renders.follow(worker, claimed.id()))).isPresent();
        assertThat(jobs.place(claimed.id())).isEqualTo("succeeded");
    }

    @Test
    void an_operation_that_another_attempt_holds_is_not_adopted() {
        renders.rendering(worker, "op_1");
        var claimed = renders.lookedUp(worker);
        var render = renders.follow(worker, claimed.id());

        assertThat(store.adopt(render, "op_1", Duration.ZERO, LIFE, worker).adopted())
                .isFalse();

        assertThat(jobs.attempts(claimed.id())).containsExactly("1 indeterminate timeout");
        assertThat(renders.followed(claimed.id())).isEqualTo("1 lookup");
        // The names of another provider's operations are its own.
        assertThat(store.heldOperations("q", List.of("op_1"))).isEmpty();
    }

    @Test
    void of_two_attempts_that_find_the_same_render_at_once_one_gets_it() {
        var one = renders.lookedUp(worker);
        var two = renders.lookedUp(worker);
        var due = store.claimDue(worker, 10);
        var adopted = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var first = aside(() -> test.database().inTransaction(connection -> {
            var adoption = store.adopt(due.get(0), "op_same", Duration.ZERO, LIFE, worker);
            adopted.countDown();
            await(mayCommit);
            return adoption;
        }));
        await(adopted);
        var second = aside(() -> store.adopt(due.get(1), "op_same", Duration.ZERO, LIFE, worker));
        jobs.awaitBlocked();
        mayCommit.countDown();

        assertThat(first.join().adopted()).isTrue();
        assertThat(second.join().adopted()).isFalse();
        assertThat(List.of(renders.followed(one.id()), renders.followed(two.id())))
                .containsExactlyInAnyOrder("1 poll op_same", "1 lookup");
    }

    @Test
    void a_worker_that_has_lost_the_lookup_adopts_nothing_for_anybody() {
        var claimed = renders.lookedUp(worker);
        var lost = renders.follow(worker, claimed.id());
        renders.free();
        var other = jobs.worker();
        var present = renders.follow(other, claimed.id());

        assertThat(store.adopt(lost, "op_1", Duration.ZERO, LIFE, worker).adopted())
                .isFalse();
        assertThat(store.heldOperations("p", List.of("op_1"))).isEmpty();
        assertThat(store.adopt(present, "op_1", Duration.ZERO, LIFE, other).adopted())
                .isTrue();
    }

    @Test
    void a_create_that_was_not_made_is_tried_again_as_a_new_attempt() {
        var claimed = renders.lookedUp(worker);
        var render = renders.follow(worker, claimed.id());

        store.tryAgain(
                render,
                TestRenders.ended(render, AttemptStatus.FAILED, "not_made"),
                new Requeue(claimed.id(), render.epoch(), Duration.ZERO, "not_made", Optional.empty()),
                worker);

        assertThat(jobs.place(claimed.id())).isEqualTo("backlog");
        assertThat(renders.followed(claimed.id())).isEmpty();
        var next = jobs.claimAgain(worker, claimed.id());
        assertThat(next.attempts()).isEqualTo(1);
        renders.intend(next, 2);
        renders.answered(next.lease(), 2, "op_2");
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 failed not_made", "2 accepted accepted");
        assertThat(renders.followed(claimed.id())).isEqualTo("2 poll op_2");
    }

    @Test
    void a_hold_tells_since_when_why_and_on_which_attempt() {
        var claimed = renders.held(worker);

        var hold = jobs.find(claimed.id()).hold().orElseThrow();
        assertThat(hold.reason()).isEqualTo("provider_cannot_tell");
        assertThat(hold.attempt()).isEqualTo(1);
        assertThat(hold.since())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
        assertThat(jobs.find(claimed.id()).status()).isEqualTo(JobStatus.RUNNING);
        assertThat(jobs.events(claimed.id())).containsExactly("running", "indeterminate", "held");
        assertThat(renders.followed(claimed.id())).isEmpty();
        assertThat(store.claimDue(worker, 10)).isEmpty();
    }
}
