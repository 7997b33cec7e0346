package dev.millrace.render;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobCancels;
import dev.millrace.job.JobId;
import dev.millrace.job.JobStatus;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import dev.millrace.render.Holds.Held;
import dev.millrace.render.Holds.Resolution;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class HoldsTest {

    private static final Duration LIFE = Duration.ofHours(2);

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);
    private static final TestRenders renders = new TestRenders(test, jobs);

    private final Holds holds = new Holds(test.database());
    private final RenderStore store = new RenderStore(test.database());
    private UUID worker;

    /// What an operator can say.
    enum Answer {
        MADE,
        NOT_MADE,
        GIVE_UP
    }

    @AfterAll
    static void end() {
        test.close();
    }

    @BeforeEach
    void alone() {
        jobs.forgetUnfinished();
        worker = jobs.worker();
    }

    private Resolution give(Answer answer, Held held) {
        return switch (answer) {
            case MADE -> holds.made(held, "op_made", LIFE);
            case NOT_MADE -> holds.notMade(held);
            case GIVE_UP -> holds.giveUp(held);
        };
    }

    @Test
    void an_operator_sees_what_is_needed_to_find_out() {
        var claimed = renders.held(worker);

        var held = holds.find(claimed.id()).orElseThrow();

        assertThat(held.job()).isEqualTo(claimed.id());
        assertThat(held.project()).isEqualTo(jobs.mine());
        assertThat(held.publicModel()).isEqualTo("m");
        assertThat(held.reason()).isEqualTo("provider_cannot_tell");
        assertThat(held.attempt()).isEqualTo(1);
        assertThat(List.of(held.provider(), held.model(), held.keyRef())).containsExactly("p", "pm", "k1");
        assertThat(held.intentAt()).isBefore(held.since());
        assertThat(holds.find(renders.rendering(worker, "op_1").id())).isEmpty();
    }

    @Test
    void holds_are_listed_in_pages_without_gap_or_repeat() {
        var held = Stream.generate(() -> renders.held(worker).id()).limit(7).toList();
        var first = holds.list(Optional.empty(), 3);
        var second = holds.list(Optional.of(first.getLast().job()), 3);
        var third = holds.list(Optional.of(second.getLast().job()), 3);
        assertThat(Stream.of(first, second, third).flatMap(List::stream).map(Held::job))
                .containsExactlyElementsOf(held);
    }

    @Test
    void it_was_made_goes_on_with_the_operation() {
        var held = held();

        assertThat(holds.made(held, "op_1", LIFE)).isEqualTo(new Resolution.Resolved(Optional.empty()));

        assertThat(jobs.row(held.job()).holdReason()).isEmpty();
        assertThat(jobs.events(held.job())).containsExactly("running", "indeterminate", "held", "released");
        assertThat(jobs.attempts(held.job())).containsExactly("1 accepted accepted");
        assertThat(renders.complete(renders.follow(worker, held.job()))).isPresent();
        assertThat(jobs.place(held.job())).isEqualTo("succeeded");
    }

    @Test
    void an_operation_of_another_attempt_is_refused_and_the_job_stays_held() {
        renders.rendering(worker, "op_theirs");
        var held = held();
        var before = jobs.row(held.job());

        assertThat(holds.made(held, "op_theirs", LIFE)).isEqualTo(new Resolution.OperationTaken());

        assertThat(jobs.row(held.job())).isEqualTo(before);
        assertThat(jobs.events(held.job())).endsWith("held");
        assertThat(holds.made(held, "op_ours", LIFE)).isInstanceOf(Resolution.Resolved.class);
    }

    @Test
    void it_was_not_made_tries_again_with_a_new_attempt() {
        var held = held();

        assertThat(holds.notMade(held)).isEqualTo(new Resolution.Resolved(Optional.empty()));

        assertThat(jobs.place(held.job())).isEqualTo("backlog");
        assertThat(jobs.attempts(held.job())).containsExactly("1 failed not_made");
        assertThat(jobs.events(held.job())).endsWith("held", "released", "queued");
        assertThat(jobs.claimAgain(worker, held.job()).attempts()).isEqualTo(1);
    }

    @Test
    void give_up_fails_the_job_and_tells_its_webhook() {
        var claimed = renders.intended(worker, Submission.video().telling("https://example.org/hook"));
        renders.unanswered(claimed.lease(), 1);
        store.hold(renders.follow(worker, claimed.id()), "provider_cannot_tell", worker);

        var ended =
                ((Resolution.Resolved) holds.giveUp(held(claimed.id()))).ended().orElseThrow();

        assertThat(ended.status()).isEqualTo(JobStatus.FAILED);
        assertThat(ended.delivery()).isPresent();
        assertThat(jobs.place(claimed.id())).isEqualTo("failed");
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 abandoned timeout");
    }

    @ParameterizedTest
    @EnumSource
    void a_second_answer_finds_nothing_held(Answer first) {
        var held = held();
        give(first, held);
        var after = jobs.row(held.job());
        for (var second : Answer.values()) {
            assertThat(give(second, held)).isEqualTo(new Resolution.NotHeld());
        }
        assertThat(jobs.row(held.job())).isEqualTo(after);
    }

    @ParameterizedTest
    @EnumSource
    void of_two_answers_at_once_one_counts(Answer second) {
        var held = held();
        var answered = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var one = aside(() -> test.database().inTransaction(connection -> {
            var resolution = holds.notMade(held);
            answered.countDown();
            await(mayCommit);
            return resolution;
        }));
        await(answered);
        var two = aside(() -> give(second, held));
        jobs.awaitBlocked();
        mayCommit.countDown();

        assertThat(one.join()).isInstanceOf(Resolution.Resolved.class);
        assertThat(two.join()).isEqualTo(new Resolution.NotHeld());
        assertThat(jobs.place(held.job())).isEqualTo("backlog");
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_to_an_earlier_hold_does_not_resolve_a_later_one(Answer late) {
        var earlier = held();
        holds.notMade(earlier);
        var next = jobs.claimAgain(worker, earlier.job());
        renders.intend(next, 2);
        renders.unanswered(next.lease(), 2);
        store.hold(renders.follow(worker, earlier.job()), "several_matches", worker);

        assertThat(give(late, earlier)).isEqualTo(new Resolution.NotHeld());
        assertThat(held(earlier.job()).attempt()).isEqualTo(2);
        assertThat(held(earlier.job()).reason()).isEqualTo("several_matches");
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_that_meets_the_provider_s_own_finds_nothing_held(Answer answer) {
        var claimed = renders.lookedUp(worker);
        store.hold(renders.follow(worker, claimed.id()), "provider_cannot_tell", worker);
        var held = held(claimed.id());
        var stored = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var late = aside(() -> test.database().inTransaction(connection -> {
            renders.answered(claimed.lease(), 1, "op_late");
            stored.countDown();
            await(mayCommit);
            return true;
        }));
        await(stored);
        var resolution = aside(() -> give(answer, held));
        jobs.awaitBlocked();
        mayCommit.countDown();
        late.join();

        assertThat(resolution.join()).isEqualTo(new Resolution.NotHeld());
        assertThat(renders.followed(claimed.id())).isEqualTo("1 poll op_late");
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_after_the_cancel_finds_nothing_held(Answer answer) {
        var held = held();
        new JobCancels(test.database()).cancel(jobs.mine(), held.job());
        assertThat(give(answer, held)).isEqualTo(new Resolution.NotHeld());
        assertThat(jobs.place(held.job())).isEqualTo("cancelled");
    }

    @Test
    void a_job_that_lost_its_workers_before_any_create_can_only_be_tried_again_or_given_up() {
        var claimed = jobs.running(worker, Submission.video());
        test.database().inTransaction(connection -> {
            RenderStore.holdLost(connection, claimed.id(), claimed.lease().epoch(), 1, "worker_lost");
            return true;
        });
        var held = held(claimed.id());

        assertThat(held.provider()).isEmpty();
        assertThatThrownBy(() -> holds.made(held, "op_1", LIFE)).isInstanceOf(IllegalArgumentException.class);
        assertThat(jobs.row(claimed.id()).holdReason()).contains("worker_lost");
        assertThat(holds.notMade(held)).isInstanceOf(Resolution.Resolved.class);
        // The operator's answer is an outcome: the job is no longer a suspect that is claimed alone, or never.
        assertThat(jobs.row(claimed.id()).takeBacks()).isZero();
    }

    private Held held() {
        return held(renders.held(worker).id());
    }

    private Held held(JobId job) {
        return holds.find(job).orElseThrow();
    }
}
