package dev.millrace.render;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.JobCancels;
import dev.millrace.job.JobId;
import dev.millrace.job.JobQueries;
import dev.millrace.job.JobStatus;
import dev.millrace.job.Requeue;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import dev.millrace.render.FollowedRender.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RenderStoreTest {

    private static final Duration LIFE = Duration.ofHours(2);

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);
    private static final TestRenders renders = new TestRenders(test, jobs);

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
    void an_accepted_create_stores_its_operation_and_parks_the_job_without_a_holder() {
        var claimed = renders.rendering(worker, "op_1");

        var row = jobs.row(claimed.id());
        assertThat(row.owner()).isNull();
        assertThat(row.sequence()).isEqualTo(3);
        assertThat(row.attempts()).isEqualTo(1);
        assertThat(jobs.events(claimed.id())).containsExactly("running", "rendering");
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 accepted accepted");
        assertThat(store.heldOperations("p", List.of("op_1", "op_0"))).containsExactly("op_1");
        assertThat(find(claimed.id()).status()).isEqualTo(JobStatus.RUNNING);
    }

    @Test
    void a_render_brings_what_is_needed_to_follow_it() {
        var claimed = renders.rendering(worker, "op_1");

        var render = renders.follow(worker, claimed.id());

        assertThat(render.phase()).isEqualTo(Phase.POLL);
        assertThat(render.operationId()).contains("op_1");
        assertThat(render.provider()).isEqualTo("p");
        assertThat(render.model()).isEqualTo("pm");
        assertThat(render.keyRef()).isEqualTo("k1");
        assertThat(render.publicModel()).isEqualTo("m");
        assertThat(render.request()).isEqualTo(Submission.REQUEST);
        assertThat(render.epoch()).isEqualTo(claimed.lease().epoch());
        assertThat(render.deadline()).isAfter(render.now().plus(LIFE.minusMinutes(1)));
        assertThat(render.intentAt()).isBefore(render.createdAt());
    }

    @Test
    void only_what_is_due_and_nobody_s_is_taken_up_and_only_by_one() {
        var due = renders.rendering(worker, "op_1");
        var later = renders.intended(worker);
        store.accepted(
                later.lease(),
                TestJobs.ended(1, AttemptStatus.ACCEPTED, "accepted"),
                TestRenders.operation("op_2"),
                Duration.ofMinutes(1),
                LIFE,
                worker);
        var other = jobs.worker();

        assertThat(store.claimDue(worker, 10)).extracting(FollowedRender::job).containsExactly(due.id());
        assertThat(store.claimDue(other, 10)).isEmpty();
    }

    @Test
    void two_followers_at_once_take_up_different_renders() {
        for (int i = 0; i < 10; i++) {
            renders.rendering(worker, "op_" + i);
        }
        var other = jobs.worker();
        var taken = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var first = aside(() -> test.database().inTransaction(connection -> {
            var mine = store.claimDue(worker, 6);
            taken.countDown();
            await(mayCommit);
            return mine;
        }));
        await(taken);
        var second = store.claimDue(other, 10);
        mayCommit.countDown();

        assertThat(first.join()).hasSize(6);
        assertThat(second).hasSize(4);
    }

    @Test
    void a_worker_without_a_row_takes_up_nothing() {
        renders.rendering(worker, "op_1");
        assertThat(store.claimDue(UUID.randomUUID(), 10)).isEmpty();
    }

    @Test
    void a_poll_that_tells_how_far_it_is_parks_the_render_and_shows_the_progress() {
        var claimed = renders.rendering(worker, "op_1");
        store.postpone(renders.follow(worker, claimed.id()), Duration.ZERO, 0, Seen.THERE, 40);
        assertThat(find(claimed.id()).progress()).isEqualTo(40);

        var second = renders.follow(worker, claimed.id());
        assertThat(second.polls()).isEqualTo(1);
        store.postpone(second, Duration.ofMinutes(1), 0, Seen.THERE, 30);
        assertThat(find(claimed.id()).progress()).as("never back").isEqualTo(40);
        assertThat(store.claimDue(worker, 10)).as("not due").isEmpty();
    }

    @Test
    void not_found_is_remembered_from_its_first_time_and_forgotten_when_it_is_found() {
        var claimed = renders.rendering(worker, "op_1");
        store.postpone(renders.follow(worker, claimed.id()), Duration.ZERO, 1, Seen.MISSING, 0);
        var first = renders.follow(worker, claimed.id()).notFoundSince();
        assertThat(first).isPresent();
        freeRenders();
        store.postpone(renders.follow(worker, claimed.id()), Duration.ZERO, 2, Seen.MISSING, 0);
        var again = renders.follow(worker, claimed.id());
        assertThat(again.notFoundSince()).isEqualTo(first);
        assertThat(again.errors()).isEqualTo(2);

        store.postpone(again, Duration.ZERO, 0, Seen.THERE, 0);
        assertThat(renders.follow(worker, claimed.id()).notFoundSince()).isEmpty();
    }

    @Test
    void not_found_is_not_forgotten_for_an_answer_that_says_nothing_or_for_none() {
        var claimed = renders.rendering(worker, "op_1");
        store.postpone(renders.follow(worker, claimed.id()), Duration.ZERO, 1, Seen.MISSING, 0);
        var missing = renders.follow(worker, claimed.id());

        store.postpone(missing, Duration.ZERO, 2, Seen.UNTOLD, 0);
        var untold = renders.follow(worker, claimed.id());
        assertThat(untold.notFoundSince()).isEqualTo(missing.notFoundSince());
        assertThat(untold.polls()).isEqualTo(2);

        store.postpone(untold, Duration.ZERO, 2, Seen.NOT_ASKED, 0);
        var notAsked = renders.follow(worker, claimed.id());
        assertThat(notAsked.notFoundSince()).isEqualTo(missing.notFoundSince());
        assertThat(notAsked.polls()).as("no poll").isEqualTo(2);
    }

    private ClaimedJob toFetch(String operation) {
        var finished = renders.rendering(worker, operation);
        store.startFetch(renders.follow(worker, finished.id()), Duration.ofMinutes(10));
        freeRenders();
        return finished;
    }

    private static Wanted without(List<String> providers, RenderKey... keys) {
        return new Wanted(10, providers, List.of(keys));
    }

    @Test
    void renders_whose_provider_or_key_has_no_room_are_left_of_polls_and_of_fetches_each_for_itself() {
        var finished = toFetch("op_2");
        var polled = renders.rendering(worker, "op_1");
        var key = new RenderKey("p", "k1");

        for (var left : List.of(without(List.of("q", "p")), without(List.of("q"), key))) {
            assertThat(store.claimDue(worker, left, left)).isEmpty();
        }
        assertThat(store.claimDue(worker, without(List.of("p")), without(List.of("q"))))
                .extracting(FollowedRender::job)
                .containsExactly(finished.id());
        freeRenders();
        var otherKeys = without(List.of(), new RenderKey("q", "k1"), new RenderKey("p", "k0"));
        assertThat(store.claimDue(worker, otherKeys, without(List.of(), key)))
                .extracting(FollowedRender::job)
                .containsExactly(polled.id());
    }

    @Test
    void many_fetches_take_no_place_in_a_batch_from_polls_nor_many_polls_from_fetches() {
        toFetch("op_1");
        toFetch("op_2");
        for (int i = 3; i < 6; i++) {
            renders.rendering(worker, "op_" + i);
        }

        assertThat(store.claimDue(worker, Wanted.upTo(2), Wanted.upTo(1)))
                .extracting(FollowedRender::phase)
                .containsExactlyInAnyOrder(Phase.POLL, Phase.POLL, Phase.FETCH);
        assertThat(store.claimDue(worker, Wanted.upTo(0), Wanted.upTo(10)))
                .extracting(FollowedRender::phase)
                .containsExactly(Phase.FETCH);
    }

    @Test
    void what_is_given_back_is_due_as_before_and_no_longer_its_follower_s() {
        var early = renders.rendering(worker, "op_1");
        var back = renders.follow(worker, early.id());
        renders.rendering(worker, "op_2");

        assertThat(store.free(worker, List.of(RenderClaim.of(back)))).isEqualTo(1);

        store.postpone(back, Duration.ofMinutes(1), 7, Seen.UNTOLD, 0);
        var again = store.claimDue(worker, 1);
        assertThat(again).extracting(FollowedRender::job).as("before the later").containsExactly(early.id());
        assertThat(again.getFirst().errors()).isZero();
        assertThat(again.getFirst().polls()).isZero();
    }

    @Test
    void a_finished_render_goes_on_as_it_is_claimed_later() {
        var claimed = renders.rendering(worker, "op_1");
        store.postpone(renders.follow(worker, claimed.id()), Duration.ZERO, 3, Seen.UNTOLD, 0);
        var polled = renders.follow(worker, claimed.id()).polled();
        store.startFetch(polled, Duration.ofMinutes(10));

        var next = polled.fetching(Duration.ofMinutes(10));

        store.free(worker, List.of(RenderClaim.of(next)));
        var later = renders.follow(worker, claimed.id());
        assertThat(next.phase()).isEqualTo(later.phase()).isEqualTo(Phase.FETCH);
        assertThat(next.errors()).isEqualTo(later.errors()).isZero();
        assertThat(next.polls()).isEqualTo(later.polls()).isEqualTo(2);
        assertThat(next.deadline()).isBetween(later.deadline().minusSeconds(10), later.deadline());
    }

    @Test
    void a_finished_render_is_fetched_at_once_with_a_time_of_its_own() {
        var claimed = renders.rendering(worker, "op_1");
        store.postpone(renders.follow(worker, claimed.id()), Duration.ZERO, 3, Seen.UNTOLD, 0);
        var polled = renders.follow(worker, claimed.id());
        store.startFetch(polled, Duration.ofMinutes(10));
        assertThat(renders.followed(claimed.id())).isEqualTo("1 fetch op_1");

        // The same follower goes on with it: the file can be stored under the claim of the poll.
        store.postpone(polled, Duration.ZERO, 1, Seen.NOT_ASKED, 99);
        var fetch = renders.follow(worker, claimed.id());
        assertThat(fetch.phase()).isEqualTo(Phase.FETCH);
        assertThat(fetch.errors()).isEqualTo(1);
        assertThat(fetch.deadline())
                .isBetween(fetch.now().plusSeconds(590), fetch.now().plusSeconds(601));
    }

    @Test
    void a_stored_file_ends_render_attempt_and_job_in_one_commit() {
        var claimed = renders.intended(worker, Submission.video().telling("https://example.org/hook"));
        renders.answered(claimed.lease(), 1, "op_1");

        var ended = renders.complete(renders.follow(worker, claimed.id())).orElseThrow();

        assertThat(ended.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(ended.delivery()).isPresent();
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 succeeded succeeded");
        assertThat(renders.followed(claimed.id())).isEmpty();
        assertThat(jobs.events(claimed.id())).containsExactly("running", "rendering", "succeeded");
        assertThat(jobs.count(
                        "asset",
                        "job_id = '%s' and attempt = 1 and bytes = 1000"
                                .formatted(claimed.id().value())))
                .isEqualTo(1);
    }

    @Test
    void a_completion_that_is_repeated_changes_nothing() {
        var claimed = renders.rendering(worker, "op_1");
        var render = renders.follow(worker, claimed.id());
        renders.complete(render);
        var before = find(claimed.id());

        assertThat(renders.complete(render)).isEmpty();
        assertThat(store.fail(
                        render,
                        TestRenders.ended(render, AttemptStatus.FAILED, "render_failed"),
                        Ending.failed(claimed.id(), render.epoch(), "no", "No.", Optional.empty()),
                        worker))
                .isEmpty();
        assertThat(find(claimed.id())).isEqualTo(before);
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 succeeded succeeded");
    }

    @Test
    void a_file_that_comes_after_the_cancel_stays_on_its_attempt_while_the_job_stays_cancelled() {
        var claimed = renders.rendering(worker, "op_1");
        var render = renders.follow(worker, claimed.id());
        new JobCancels(test.database()).cancel(jobs.mine(), claimed.id());
        var cancelled = find(claimed.id());

        assertThat(renders.complete(render)).isEmpty();

        assertThat(find(claimed.id())).isEqualTo(cancelled);
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 succeeded succeeded");
        assertThat(jobs.count("asset", "job_id = '%s'".formatted(claimed.id().value())))
                .isEqualTo(1);
    }

    @Test
    void a_render_that_takes_too_long_expires_its_job() {
        var claimed = renders.rendering(worker, "op_1");
        renders.passDeadline(claimed.id());
        var render = renders.follow(worker, claimed.id());
        assertThat(render.deadline()).isBefore(render.now());

        var ended = store.fail(
                render,
                TestRenders.ended(render, AttemptStatus.ABANDONED, "render_timeout"),
                Ending.expired(claimed.id(), render.epoch(), "render_timeout", "Too long."),
                worker);

        assertThat(ended.orElseThrow().status()).isEqualTo(JobStatus.EXPIRED);
        assertThat(find(claimed.id()).error().orElseThrow().code()).isEqualTo("render_timeout");
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 abandoned render_timeout");
        assertThat(renders.followed(claimed.id())).isEmpty();
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
        freeRenders();
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

        var hold = find(claimed.id()).hold().orElseThrow();
        assertThat(hold.reason()).isEqualTo("provider_cannot_tell");
        assertThat(hold.attempt()).isEqualTo(1);
        assertThat(hold.since())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
        assertThat(find(claimed.id()).status()).isEqualTo(JobStatus.RUNNING);
        assertThat(jobs.events(claimed.id())).containsExactly("running", "indeterminate", "held");
        assertThat(renders.followed(claimed.id())).isEmpty();
        assertThat(store.claimDue(worker, 10)).isEmpty();
    }

    @Test
    void open_renders_are_counted_by_the_key_that_made_them() {
        renders.rendering(worker, "op_1");
        renders.lookedUp(worker);
        assertThat(store.openByKey()).containsExactly(new RenderStore.OpenRenders("p", "k1", 2));
    }

    /// As after the loss of the follower.
    private static void freeRenders() {
        test.database()
                .client()
                .sql("update render set claimed_by = null, claim_no = claim_no + 1, due_at = now()")
                .update();
    }

    private static dev.millrace.job.Job find(JobId job) {
        return new JobQueries(test.database()).find(jobs.mine(), job).orElseThrow();
    }
}
