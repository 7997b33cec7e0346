package dev.millrace.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.JobCancels;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// How a worker goes: in order, in a hurry, or without a word.
@DisplayNameGeneration(ReplaceUnderscores.class)
class LeavingTest extends LostWorker {

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

        assertThat(round.requeued()).hasSize(1);
        assertThat(round.lookedUp()).hasSize(1);
        assertThat(round.ended()).hasSize(1);
        assertThat(round.renders()).isEqualTo(1);
        assertThat(jobs.row(chat.id()).takeBacks()).isZero();
        assertThat(jobs.place(chat.id()))
                .as("it takes none of the lane's room before its turn")
                .isEqualTo("backlog");
        assertThat(jobs.claimAgain(alive, chat.id()).takeBacks()).isZero();
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

        var round = takeBack();

        assertThat(round.requeued()).hasSize(1);
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

        takeBack();

        assertThat(jobs.count("render", "claimed_by is not null")).isZero();
        assertThat(jobs.count("worker", "id = '%s'".formatted(lost))).isZero();
        // Woken, it claims nothing that would be nobody's.
        assertThat(store.claimDue(lost, 10)).isEmpty();
    }
}
