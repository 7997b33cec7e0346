package dev.millrace.lease;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.JobCancels;
import dev.millrace.job.JobEndings;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.JobQueries;
import dev.millrace.job.JobStatus;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import dev.millrace.render.RenderStore;
import dev.millrace.render.TestRenders;
import dev.millrace.webhook.DeliveryStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TakeBacksTest {

    private static TestDatabase test;
    private static TestJobs jobs;
    private static TestRenders renders;

    @SuppressWarnings("NullAway") // set in @BeforeAll, which comes before
    private final TakeBacks takeBacks = new TakeBacks(
            test.database(), new LeaseSettings(TestJobs.LEASE, Duration.ofSeconds(1), 3), Duration.ofSeconds(90));

    @SuppressWarnings("NullAway") // set in @BeforeAll, which comes before
    private final RenderStore store = new RenderStore(test.database());

    @SuppressWarnings("NullAway") // set in @BeforeAll, which comes before
    private final DeliveryStore deliveries = new DeliveryStore(test.database());

    private UUID lost;
    private UUID alive;

    @BeforeAll
    static void begin() {
        test = TestDatabase.create();
        jobs = new TestJobs(test);
        renders = new TestRenders(test, jobs);
    }

    @AfterAll
    static void end() {
        test.close();
    }

    @BeforeEach
    void alone() {
        jobs.forgetUnfinished();
        lost = jobs.worker();
        alive = jobs.worker();
    }

    @Test
    void nothing_is_taken_from_a_worker_with_a_fresh_heartbeat() {
        var kept = jobs.running(alive, Submission.chat());
        var keptRender = renders.rendering(alive, "op_kept");
        store.claimDue(alive, 10);
        jobs.silence(lost);

        assertThat(takeBacks.takeBack().nothing()).isTrue();

        assertThat(jobs.row(kept.id()).owner()).isEqualTo(alive);
        assertThat(jobs.row(kept.id()).epoch()).isEqualTo(kept.lease().epoch());
        assertThat(jobs.count("render", "claimed_by = '%s'".formatted(alive))).isEqualTo(1);
        assertThat(jobs.place(keptRender.id())).isEqualTo("run");
    }

    @Test
    void a_chat_job_is_put_back_with_a_new_epoch_and_its_attempt_reads_abandoned() {
        var claimed = jobs.running(lost, Submission.chat());
        jobs.silence(lost);

        assertThat(takeBacks.takeBack().requeued()).isEqualTo(1);

        var row = jobs.row(claimed.id());
        assertThat(row.place()).isEqualTo("dispatch");
        assertThat(row.epoch()).isEqualTo(claimed.lease().epoch() + 1);
        assertThat(row.takeBacks()).isEqualTo(1);
        assertThat(row.attempts()).isEqualTo(1);
        assertThat(jobs.events(claimed.id())).containsExactly("running", "queued");
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 abandoned worker_lost");
        assertThat(new JobQueries(test.database())
                        .find(jobs.mine(), claimed.id())
                        .orElseThrow()
                        .status())
                .isEqualTo(JobStatus.QUEUED);
    }

    @Test
    void a_call_that_was_on_record_is_the_attempt_that_is_abandoned() {
        var noted = jobs.running(lost, Submission.chat());
        jobs.note(noted.lease(), TestJobs.started(1));
        var between = jobs.running(lost, Submission.chat());
        jobs.note(between.lease(), TestJobs.ended(1, AttemptStatus.FAILED, "timeout"));
        jobs.silence(lost);

        takeBacks.takeBack();

        assertThat(jobs.attempts(noted.id())).containsExactly("1 abandoned worker_lost");
        assertThat(jobs.row(noted.id()).attempts()).isEqualTo(1);
        assertThat(jobs.attempts(between.id())).containsExactly("1 failed timeout", "2 abandoned worker_lost");
    }

    @Test
    void the_third_take_back_without_an_outcome_fails_a_chat_job() {
        var job = loseTwice(Submission.chat().telling("https://example.org/hook"));
        jobs.silence(lost);

        var round = takeBacks.takeBack();

        assertThat(round.ended()).hasSize(1);
        assertThat(round.ended().getFirst().delivery()).isPresent();
        var ended = new JobQueries(test.database()).find(jobs.mine(), job.id()).orElseThrow();
        assertThat(ended.status()).isEqualTo(JobStatus.FAILED);
        assertThat(ended.error().orElseThrow().code()).isEqualTo("worker_lost");
        assertThat(ended.error().orElseThrow().message()).contains("3 times");
        assertThat(jobs.attempts(job.id()))
                .containsExactly("1 abandoned worker_lost", "2 abandoned worker_lost", "3 abandoned worker_lost");
        assertThat(jobs.count("delivery_due", "claimed_by is null")).isEqualTo(1);
    }

    @Test
    void the_third_take_back_without_an_outcome_holds_a_video_job() {
        var job = loseTwice(Submission.video());
        jobs.silence(lost);

        assertThat(takeBacks.takeBack().held()).isEqualTo(1);

        var row = jobs.row(job.id());
        assertThat(row.holdReason()).contains("worker_lost");
        assertThat(row.owner()).isNull();
        assertThat(row.epoch()).isGreaterThan(job.lease().epoch());
        assertThat(jobs.events(job.id())).endsWith("held");
    }

    @Test
    void an_outcome_in_between_starts_the_count_anew() {
        var job = loseTwice(Submission.chat());
        jobs.requeue(job, Duration.ZERO, "retry");
        jobs.claimAgain(lost, job.id());
        jobs.silence(lost);

        assertThat(takeBacks.takeBack().requeued()).isEqualTo(1);
        assertThat(jobs.row(job.id()).takeBacks()).isEqualTo(1);
    }

    @Test
    void a_video_with_an_unanswered_create_is_looked_up_and_not_run_again() {
        var claimed = renders.intended(lost);
        jobs.silence(lost);

        assertThat(takeBacks.takeBack().lookedUp()).isEqualTo(1);

        var row = jobs.row(claimed.id());
        assertThat(row.place()).isEqualTo("run");
        assertThat(row.owner()).isNull();
        assertThat(row.epoch()).isEqualTo(claimed.lease().epoch() + 1);
        assertThat(row.takeBacks()).isEqualTo(1);
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 indeterminate worker_lost");
        assertThat(renders.followed(claimed.id())).isEqualTo("1 lookup");
        assertThat(jobs.events(claimed.id())).endsWith("indeterminate");
    }

    @Test
    void an_intent_that_is_committed_while_its_job_is_taken_is_looked_up_and_not_run_again() {
        var claimed = jobs.running(lost, Submission.video());
        var noted = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var note = aside(() -> test.database().inTransaction(connection -> {
            boolean goOn = jobs.note(claimed.lease(), TestJobs.started(1));
            noted.countDown();
            await(mayCommit);
            return goOn;
        }));
        await(noted);
        var round = aside(() -> takeBacks.handBack(lost));
        jobs.awaitBlocked();
        mayCommit.countDown();
        note.join();

        assertThat(round.join().lookedUp()).isEqualTo(1);
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 indeterminate worker_lost");
        assertThat(renders.followed(claimed.id())).isEqualTo("1 lookup");
    }

    @Test
    void a_job_that_its_worker_is_just_writing_about_is_left_for_the_next_round() {
        var claimed = jobs.running(lost, Submission.chat());
        jobs.silence(lost);
        var settled = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var settle = aside(() -> test.database().inTransaction(connection -> {
            var ended = jobs.succeed(claimed);
            settled.countDown();
            await(mayCommit);
            return ended;
        }));
        await(settled);

        assertThat(takeBacks.takeBack().nothing()).isTrue();

        mayCommit.countDown();
        assertThat(settle.join()).hasSize(1);
        assertThat(takeBacks.takeBack().nothing()).isTrue();
        assertThat(jobs.place(claimed.id())).isEqualTo("succeeded");
    }

    @Test
    void an_answer_that_arrives_after_the_take_back_is_kept_and_the_render_followed_from_it() {
        var claimed = renders.intended(lost);
        jobs.silence(lost);
        takeBacks.takeBack();

        renders.answered(claimed.lease(), 1, "op_late");

        assertThat(jobs.attempts(claimed.id())).containsExactly("1 accepted accepted");
        assertThat(renders.followed(claimed.id())).isEqualTo("1 poll op_late");
        var render = renders.follow(alive, claimed.id());
        assertThat(render.epoch()).isEqualTo(jobs.row(claimed.id()).epoch());
        assertThat(renders.complete(render)).isPresent();
        assertThat(jobs.place(claimed.id())).isEqualTo("succeeded");
    }

    @Test
    void an_answer_that_arrives_late_does_not_replace_an_operation_that_is_stored() {
        var claimed = renders.intended(lost);
        jobs.silence(lost);
        takeBacks.takeBack();
        var render = renders.follow(alive, claimed.id());
        store.adopt(render, "op_found", Duration.ZERO, Duration.ofHours(2), alive);

        renders.answered(claimed.lease(), 1, "op_other");

        assertThat(renders.followed(claimed.id())).isEqualTo("1 poll op_found");
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 accepted adopted");
    }

    @Test
    void an_answer_that_arrives_when_the_job_is_held_for_want_of_it_releases_the_job() {
        var claimed = renders.intended(lost);
        jobs.silence(lost);
        takeBacks.takeBack();
        store.hold(renders.follow(alive, claimed.id()), "provider_cannot_tell", alive);

        renders.answered(claimed.lease(), 1, "op_late");

        assertThat(jobs.row(claimed.id()).holdReason()).isEmpty();
        assertThat(jobs.events(claimed.id())).endsWith("held", "released");
        assertThat(renders.complete(renders.follow(alive, claimed.id()))).isPresent();
        assertThat(jobs.place(claimed.id())).isEqualTo("succeeded");
    }

    @Test
    void an_answer_that_arrives_when_the_job_was_given_up_is_followed_for_its_file() {
        var claimed = renders.intended(lost);
        jobs.silence(lost);
        takeBacks.takeBack();
        var render = renders.follow(alive, claimed.id());
        store.fail(
                render,
                TestRenders.ended(render, AttemptStatus.ABANDONED, "lookup_unanswered"),
                Ending.failed(claimed.id(), render.epoch(), "render_unaccounted", "Unknown.", Optional.empty()),
                alive);

        renders.answered(claimed.lease(), 1, "op_late");

        assertThat(jobs.attempts(claimed.id())).containsExactly("1 abandoned lookup_unanswered");
        assertThat(jobs.count(
                        "attempt",
                        "job_id = '%s' and operation_id = 'op_late'"
                                .formatted(claimed.id().value())))
                .isEqualTo(1);
        assertThat(renders.complete(renders.follow(alive, claimed.id()))).isEmpty();
        assertThat(jobs.place(claimed.id())).isEqualTo("failed");
        assertThat(jobs.count("asset", "job_id = '%s'".formatted(claimed.id().value())))
                .isEqualTo(1);
    }

    @Test
    void a_late_word_that_the_answer_was_lost_changes_nothing() {
        var claimed = renders.intended(lost);
        jobs.silence(lost);
        takeBacks.takeBack();
        var before = jobs.row(claimed.id());

        renders.unanswered(claimed.lease(), 1);

        assertThat(jobs.row(claimed.id())).isEqualTo(before);
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 indeterminate worker_lost");
        assertThat(renders.followed(claimed.id())).isEqualTo("1 lookup");
    }

    @Test
    void a_lost_job_that_was_asked_to_end_is_ended() {
        var chat = jobs.running(lost, Submission.chat());
        var video = renders.intended(lost);
        var cancels = new JobCancels(test.database());
        cancels.cancel(jobs.mine(), chat.id());
        cancels.cancel(jobs.mine(), video.id());
        jobs.silence(lost);

        var round = takeBacks.takeBack();

        assertThat(round.ended()).extracting(ended -> ended.job()).containsExactly(chat.id());
        assertThat(jobs.place(chat.id())).isEqualTo("cancelled");
        // The create may have been paid: it is asked for first.
        assertThat(round.lookedUp()).isEqualTo(1);
        assertThat(jobs.place(video.id())).isEqualTo("run");
    }

    @Test
    void a_frozen_worker_s_late_writes_change_nothing() {
        var settled = jobs.running(lost, Submission.chat());
        var requeued = jobs.running(lost, Submission.chat());
        var noted = jobs.running(lost, Submission.chat());
        jobs.silence(lost);
        takeBacks.takeBack();
        var before = List.of(jobs.row(settled.id()), jobs.row(requeued.id()), jobs.row(noted.id()));

        assertThat(JobEndings.end(
                        test.database(),
                        List.of(Ending.succeeded(
                                settled.id(),
                                settled.lease().epoch(),
                                null,
                                new byte[] {1},
                                Optional.of(TestJobs.ended(1, AttemptStatus.SUCCEEDED, "succeeded")))),
                        lost))
                .isEmpty();
        assertThat(jobs.requeue(requeued, Duration.ZERO, "retry")).isFalse();
        assertThat(jobs.note(noted.lease(), TestJobs.started(1))).isFalse();

        assertThat(List.of(jobs.row(settled.id()), jobs.row(requeued.id()), jobs.row(noted.id())))
                .isEqualTo(before);
        assertThat(jobs.attempts(settled.id())).containsExactly("1 abandoned worker_lost");
    }

    @Test
    void renders_and_deliveries_of_a_lost_worker_are_free_again() {
        var claimed = renders.rendering(alive, "op_1");
        var frozen = renders.follow(lost, claimed.id());
        var told = jobs.running(alive, Submission.chat().telling("https://example.org/hook"));
        JobEndings.end(test.database(), List.of(Ending.succeeded(told.id(), 1, null, null, Optional.empty())), lost);
        assertThat(deliveries.claimDue(alive, 10)).isEmpty();
        jobs.silence(lost);

        var round = takeBacks.takeBack();

        assertThat(round.renders()).isEqualTo(1);
        assertThat(round.deliveries()).isEqualTo(1);
        assertThat(deliveries.claimDue(alive, 10)).hasSize(1);
        var taken = renders.follow(alive, claimed.id());
        assertThat(renders.complete(frozen)).isEmpty();
        store.postpone(frozen, Duration.ofHours(1), 0, false, 50);
        assertThat(renders.complete(taken)).isPresent();
    }

    @Test
    void a_worker_that_stops_in_order_leaves_no_mark_on_its_jobs() {
        var chat = jobs.running(lost, Submission.chat());
        var video = renders.intended(lost);
        var cancelled = jobs.running(lost, Submission.chat());
        new JobCancels(test.database()).cancel(jobs.mine(), cancelled.id());
        var others = jobs.running(alive, Submission.chat());
        var followed = renders.rendering(alive, "op_2");
        renders.follow(lost, followed.id());

        var round = takeBacks.handBack(lost);

        assertThat(round.requeued()).isEqualTo(1);
        assertThat(round.lookedUp()).isEqualTo(1);
        assertThat(round.ended()).hasSize(1);
        assertThat(round.renders()).isEqualTo(1);
        assertThat(jobs.row(chat.id()).takeBacks()).isZero();
        assertThat(jobs.claims().claim(alive, List.of(chat.id()))).hasSize(1);
        assertThat(jobs.row(video.id()).takeBacks()).isZero();
        assertThat(renders.followed(video.id())).isEqualTo("1 lookup");
        assertThat(jobs.row(others.id()).owner()).isEqualTo(alive);
    }

    @Test
    void what_a_worker_still_had_when_it_left_is_taken_back_without_waiting() {
        var job = jobs.running(lost, Submission.chat());
        var claimed = renders.rendering(alive, "op_3");
        renders.follow(lost, claimed.id());
        new Workers(test.database(), TestJobs.LEASE).leave(lost);

        var round = takeBacks.takeBack();

        assertThat(round.requeued()).isEqualTo(1);
        assertThat(round.renders()).isEqualTo(1);
        assertThat(jobs.place(job.id())).isEqualTo("dispatch");
        // Nothing names it any more, so the next round has nothing to look for.
        assertThat(jobs.count("worker", "id = '%s'".formatted(lost))).isZero();
    }

    @Test
    void a_lost_worker_is_remembered_while_anything_names_it_and_then_forgotten() {
        var claimed = renders.rendering(alive, "op_4");
        renders.follow(lost, claimed.id());
        test.database()
                .client()
                .sql("update worker set heartbeat_at = now() - interval '1 hour' where id = :id")
                .param("id", lost)
                .update();

        takeBacks.takeBack();

        assertThat(jobs.count("render", "claimed_by is not null")).isZero();
        assertThat(jobs.count("worker", "id = '%s'".formatted(lost))).isZero();
        // Woken, it claims nothing that would be nobody's.
        assertThat(store.claimDue(lost, 10)).isEmpty();
    }

    @Test
    void two_workers_that_take_back_at_once_take_each_job_once() {
        var taken = jobs.claims().claim(lost, jobs.accept(Submission.chat().published(), 300));
        assertThat(taken).hasSize(300);
        jobs.silence(lost);

        var one = aside(takeBacks::takeBack);
        var two = aside(takeBacks::takeBack);

        assertThat(one.join().requeued() + two.join().requeued()).isEqualTo(300);
        assertThat(jobs.count("job_dispatch", "take_backs = 1 and epoch = 2 and sequence = 3"))
                .isEqualTo(300);
    }

    /// A job whose workers were lost twice, and which a third has claimed.
    private ClaimedJob loseTwice(Submission submission) {
        var job = jobs.running(lost, submission);
        for (int i = 0; i < 2; i++) {
            jobs.silence(lost);
            assertThat(takeBacks.takeBack().requeued()).isEqualTo(1);
            lost = jobs.worker();
            job = claimAlone(lost, job.id(), submission.kind());
        }
        return job;
    }

    private static ClaimedJob claimAlone(UUID worker, JobId job, JobKind kind) {
        var claimed = jobs.claims().claimTakenBack(worker, kind, 3).getFirst();
        assertThat(claimed.id()).isEqualTo(job);
        return claimed;
    }
}
