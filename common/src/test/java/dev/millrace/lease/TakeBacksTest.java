package dev.millrace.lease;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.AttemptStatus;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.JobCancels;
import dev.millrace.job.JobEndings;
import dev.millrace.job.JobHistory;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.JobQueries;
import dev.millrace.job.JobStatus;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import dev.millrace.render.Seen;
import dev.millrace.webhook.DeliveryStore;
import dev.millrace.webhook.DeliveryStore.Busy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What becomes of the work of a lost worker.
@DisplayNameGeneration(ReplaceUnderscores.class)
class TakeBacksTest extends LostWorker {

    private final DeliveryStore deliveries = new DeliveryStore(test.database());

    @Test
    void nothing_is_taken_from_a_worker_with_a_fresh_heartbeat() {
        var kept = jobs.running(alive, Submission.chat());
        var keptRender = renders.rendering(alive, "op_kept");
        store.claimDue(alive, 10);
        jobs.silence(lost);

        assertThat(takeBack().nothing()).isTrue();

        assertThat(jobs.row(kept.id()).owner()).isEqualTo(alive);
        assertThat(jobs.row(kept.id()).epoch()).isEqualTo(kept.lease().epoch());
        assertThat(jobs.count("render", "claimed_by = '%s'".formatted(alive))).isEqualTo(1);
        assertThat(jobs.place(keptRender.id())).isEqualTo("run");
    }

    @Test
    void a_chat_job_is_put_back_with_a_new_epoch_and_its_attempt_reads_abandoned() {
        var claimed = jobs.running(lost, Submission.chat());
        jobs.silence(lost);

        assertThat(takeBack().requeued()).hasSize(1);

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

        takeBack();

        assertThat(jobs.attempts(noted.id())).containsExactly("1 abandoned worker_lost");
        assertThat(jobs.row(noted.id()).attempts()).isEqualTo(1);
        assertThat(jobs.attempts(between.id())).containsExactly("1 failed timeout", "2 abandoned worker_lost");
    }

    @Test
    void what_a_call_on_record_was_sent_without_stays_on_record_when_it_is_abandoned() {
        var noted = jobs.running(lost, Submission.chat());
        jobs.note(noted.lease(), TestJobs.started(1).dropping(List.of("seed", "logprobs")));
        jobs.silence(lost);

        takeBack();

        assertThat(jobs.attempts(noted.id())).containsExactly("1 abandoned worker_lost");
        assertThat(new JobHistory(test.database())
                        .attempts(jobs.mine(), noted.id())
                        .getFirst()
                        .dropped())
                .containsExactly("seed", "logprobs");
    }

    @Test
    void the_third_take_back_without_an_outcome_fails_a_chat_job() {
        var job = loseTwice(Submission.chat().telling("https://example.org/hook"));
        jobs.silence(lost);

        var round = takeBack();

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

        assertThat(takeBack().held()).hasSize(1);

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

        assertThat(takeBack().requeued()).hasSize(1);
        assertThat(jobs.row(job.id()).takeBacks()).isEqualTo(1);
    }

    @Test
    void a_video_with_an_unanswered_create_is_looked_up_and_not_run_again() {
        var claimed = renders.intended(lost);
        jobs.silence(lost);

        assertThat(takeBack().lookedUp()).hasSize(1);

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

        assertThat(round.join().lookedUp()).hasSize(1);
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

        assertThat(takeBack().nothing()).isTrue();

        mayCommit.countDown();
        assertThat(settle.join()).hasSize(1);
        assertThat(takeBack().nothing()).isTrue();
        assertThat(jobs.place(claimed.id())).isEqualTo("succeeded");
    }

    @Test
    void a_lost_job_that_was_asked_to_end_is_ended() {
        var chat = jobs.running(lost, Submission.chat());
        var video = renders.intended(lost);
        var cancels = new JobCancels(test.database());
        cancels.cancel(jobs.mine(), chat.id());
        cancels.cancel(jobs.mine(), video.id());
        jobs.silence(lost);

        var round = takeBack();

        assertThat(round.ended()).extracting(ended -> ended.job()).containsExactly(chat.id());
        assertThat(jobs.place(chat.id())).isEqualTo("cancelled");
        // The create may have been paid: it is asked for first.
        assertThat(round.lookedUp()).hasSize(1);
        assertThat(jobs.place(video.id())).isEqualTo("run");
    }

    @Test
    void renders_and_deliveries_of_a_lost_worker_are_free_again() {
        var claimed = renders.rendering(alive, "op_1");
        var frozen = renders.follow(lost, claimed.id());
        var told = jobs.running(alive, Submission.chat().telling("https://example.org/hook"));
        JobEndings.end(test.database(), List.of(Ending.succeeded(told.id(), 1, null, null, Optional.empty())), lost);
        assertThat(deliveries.claimDue(alive, 10, Busy.NOBODY)).isEmpty();
        jobs.silence(lost);

        var round = takeBack();

        assertThat(round.renders()).isEqualTo(1);
        assertThat(round.deliveries()).isEqualTo(1);
        assertThat(deliveries.claimDue(alive, 10, Busy.NOBODY)).hasSize(1);
        var taken = renders.follow(alive, claimed.id());
        assertThat(renders.complete(frozen)).isEmpty();
        store.postpone(frozen, Duration.ofHours(1), 0, Seen.THERE, 50);
        assertThat(renders.complete(taken)).isPresent();
    }

    @Test
    void two_workers_that_take_back_at_once_take_each_job_once() {
        var taken = jobs.claims().claim(lost, jobs.accept(Submission.chat().published(), 300));
        assertThat(taken).hasSize(300);
        jobs.silence(lost);

        var one = aside(this::takeBack);
        var two = aside(this::takeBack);

        assertThat(one.join().requeued().size() + two.join().requeued().size()).isEqualTo(300);
        assertThat(jobs.count("job_dispatch", "take_backs = 1 and epoch = 2 and sequence = 3"))
                .isEqualTo(300);
    }

    /// A job whose workers were lost twice, and which a third has claimed.
    private ClaimedJob loseTwice(Submission submission) {
        var job = jobs.running(lost, submission);
        for (int i = 0; i < 2; i++) {
            jobs.silence(lost);
            assertThat(takeBack().requeued()).hasSize(1);
            lost = jobs.worker();
            job = claimAlone(lost, job.id(), submission.kind());
        }
        return job;
    }

    private ClaimedJob claimAlone(UUID worker, JobId job, JobKind kind) {
        var claimed = jobs.claims().claimTakenBack(worker, kind, 3).getFirst();
        assertThat(claimed.id()).isEqualTo(job);
        return claimed;
    }
}
