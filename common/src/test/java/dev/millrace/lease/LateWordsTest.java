package dev.millrace.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ending;
import dev.millrace.job.JobEndings;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import dev.millrace.render.TestRenders;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What a worker still says after its jobs were taken back: what it has learnt of a create counts, all else does not.
@DisplayNameGeneration(ReplaceUnderscores.class)
class LateWordsTest extends LostWorker {

    @Test
    void an_answer_that_arrives_after_the_take_back_is_kept_and_the_render_followed_from_it() {
        var claimed = renders.intended(lost);
        jobs.silence(lost);
        takeBack();

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
        takeBack();
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
        takeBack();
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
        takeBack();
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
        takeBack();
        var before = jobs.row(claimed.id());

        renders.unanswered(claimed.lease(), 1);

        assertThat(jobs.row(claimed.id())).isEqualTo(before);
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 indeterminate worker_lost");
        assertThat(renders.followed(claimed.id())).isEqualTo("1 lookup");
    }

    @Test
    void a_frozen_worker_s_late_writes_change_nothing() {
        var settled = jobs.running(lost, Submission.chat());
        var requeued = jobs.running(lost, Submission.chat());
        var noted = jobs.running(lost, Submission.chat());
        jobs.silence(lost);
        takeBack();
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
}
