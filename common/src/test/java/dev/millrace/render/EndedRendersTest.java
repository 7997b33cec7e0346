package dev.millrace.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ending;
import dev.millrace.job.JobCancels;
import dev.millrace.job.JobStatus;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// How a render ends, and its attempt and its job with it.
@DisplayNameGeneration(ReplaceUnderscores.class)
class EndedRendersTest {

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
        var before = jobs.find(claimed.id());

        assertThat(renders.complete(render)).isEmpty();
        assertThat(store.fail(
                        render,
                        TestRenders.ended(render, AttemptStatus.FAILED, "render_failed"),
                        Ending.failed(claimed.id(), render.epoch(), "no", "No.", Optional.empty()),
                        worker))
                .isEmpty();
        assertThat(jobs.find(claimed.id())).isEqualTo(before);
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 succeeded succeeded");
    }

    @Test
    void a_file_that_comes_after_the_cancel_stays_on_its_attempt_while_the_job_stays_cancelled() {
        var claimed = renders.rendering(worker, "op_1");
        var render = renders.follow(worker, claimed.id());
        new JobCancels(test.database()).cancel(jobs.mine(), claimed.id());
        var cancelled = jobs.find(claimed.id());

        assertThat(renders.complete(render)).isEmpty();

        assertThat(jobs.find(claimed.id())).isEqualTo(cancelled);
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
        assertThat(jobs.find(claimed.id()).error().orElseThrow().code()).isEqualTo("render_timeout");
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 abandoned render_timeout");
        assertThat(renders.followed(claimed.id())).isEmpty();
    }
}
