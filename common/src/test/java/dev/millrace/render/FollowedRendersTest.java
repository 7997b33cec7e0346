package dev.millrace.render;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.JobStatus;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import dev.millrace.render.FollowedRender.Phase;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Renders while they are followed: taken up by one worker at a time, polled when due, then fetched.
@DisplayNameGeneration(ReplaceUnderscores.class)
class FollowedRendersTest {

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
    void an_accepted_create_stores_its_operation_and_parks_the_job_without_a_holder() {
        var claimed = renders.rendering(worker, "op_1");

        var row = jobs.row(claimed.id());
        assertThat(row.owner()).isNull();
        assertThat(row.sequence()).isEqualTo(3);
        assertThat(row.attempts()).isEqualTo(1);
        assertThat(jobs.events(claimed.id())).containsExactly("running", "rendering");
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 accepted accepted");
        assertThat(store.heldOperations("p", List.of("op_1", "op_0"))).containsExactly("op_1");
        assertThat(jobs.find(claimed.id()).status()).isEqualTo(JobStatus.RUNNING);
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
    void the_polls_of_a_key_rest_and_those_of_no_other_and_no_lookup_or_fetch() {
        renders.rendering(worker, "op_1");
        var lookedUp = renders.lookedUp(worker);
        var fetched = renders.rendering(worker, "op_2");
        alter("phase = 'fetch'", fetched);
        var other = renders.rendering(worker, "op_3");
        alter("key_ref = 'k2'", other);

        assertThat(store.rest("k1", Duration.ofMinutes(1))).isEqualTo(1);

        assertThat(store.claimDue(worker, 10))
                .extracting(FollowedRender::job)
                .containsExactlyInAnyOrder(lookedUp.id(), fetched.id(), other.id());
        assertThat(jobs.count("render", "due_at > now() + interval '50 seconds'"))
                .isEqualTo(1);
        assertThat(store.rest("k1", Duration.ofMinutes(1)))
                .as("told so once more")
                .isZero();
    }

    @Test
    void they_stay_in_their_order_and_apart() {
        var last = renders.rendering(worker, "op_1");
        alter("due_at = now() + interval '5 s'", last);
        var second = renders.rendering(worker, "op_2");
        alter("due_at = now() - interval '10 s'", second);
        var first = renders.rendering(worker, "op_3");
        alter("due_at = now() - interval '60 s'", first);

        assertThat(store.rest("k1", Duration.ofMinutes(1))).isEqualTo(3);

        assertThat(test.database()
                        .client()
                        .sql("select job_id from render where due_at > now() + interval '30 s'"
                                + " and due_at < now() + interval '63 s' order by due_at")
                        .query(UUID.class)
                        .list())
                .containsExactly(
                        first.id().value(), second.id().value(), last.id().value());
    }

    @Test
    void what_is_taken_up_or_due_later_or_out_of_time_does_not_rest() {
        var held = renders.rendering(worker, "op_1");
        renders.follow(worker, held.id());
        var later = renders.rendering(worker, "op_2");
        alter("due_at = now() + interval '1 hour'", later);
        var overdue = renders.rendering(worker, "op_3");
        alter("deadline = now() - interval '1 second'", overdue);

        assertThat(store.rest("k1", Duration.ofMinutes(1))).isZero();

        assertThat(store.claimDue(worker, 10)).extracting(FollowedRender::job).containsExactly(overdue.id());
    }

    @Test
    void a_render_whose_time_ends_while_its_key_rests_is_looked_at_then() {
        var render = renders.rendering(worker, "op_1");
        alter("deadline = now() + interval '10 seconds'", render);

        assertThat(store.rest("k1", Duration.ofMinutes(1))).isEqualTo(1);

        assertThat(jobs.count("render", "due_at = deadline")).isEqualTo(1);
        assertThat(store.rest("k1", Duration.ofMinutes(1)))
                .as("told so once more")
                .isZero();
    }

    private static void alter(String change, ClaimedJob job) {
        test.database()
                .client()
                .sql("update render set " + change + " where job_id = :id")
                .param("id", job.id().value())
                .update();
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
        assertThat(jobs.find(claimed.id()).progress()).isEqualTo(40);

        var second = renders.follow(worker, claimed.id());
        assertThat(second.polls()).isEqualTo(1);
        store.postpone(second, Duration.ofMinutes(1), 0, Seen.THERE, 30);
        assertThat(jobs.find(claimed.id()).progress()).as("never back").isEqualTo(40);
        assertThat(store.claimDue(worker, 10)).as("not due").isEmpty();
    }

    @Test
    void not_found_is_remembered_from_its_first_time_and_forgotten_when_it_is_found() {
        var claimed = renders.rendering(worker, "op_1");
        store.postpone(renders.follow(worker, claimed.id()), Duration.ZERO, 1, Seen.MISSING, 0);
        var first = renders.follow(worker, claimed.id()).notFoundSince();
        assertThat(first).isPresent();
        renders.free();
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
        renders.free();
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
        renders.free();
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
    void open_renders_are_counted_by_the_key_that_made_them() {
        renders.rendering(worker, "op_1");
        renders.lookedUp(worker);
        assertThat(store.openByKey()).containsExactly(new RenderStore.OpenRenders("p", "k1", 2));
    }
}
