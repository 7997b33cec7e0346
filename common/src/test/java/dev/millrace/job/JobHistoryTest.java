package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobHistory.Moment;
import dev.millrace.render.RenderStore;
import dev.millrace.render.Seen;
import dev.millrace.render.TestRenders;
import dev.millrace.webhook.DeliveryReport;
import dev.millrace.webhook.DeliveryStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JobHistoryTest {

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);

    private final JobHistory history = new JobHistory(test.database());

    @AfterAll
    static void end() {
        test.close();
    }

    @Test
    void the_moments_of_a_video_job_are_told_in_the_order_in_which_they_came() {
        var renders = new TestRenders(test, jobs);
        var worker = jobs.worker();
        var claimed = renders.intended(worker, Submission.video().telling("https://example.org/hook"));
        renders.answered(claimed.lease(), 1, "op_1");
        var store = new RenderStore(test.database());
        for (int i = 0; i < 3; i++) {
            store.postpone(renders.follow(worker, claimed.id()), Duration.ZERO, 0, Seen.THERE, 0);
        }
        assertThat(polls(claimed))
                .as("while it renders")
                .containsExactly(Optional.of("first"), Optional.of("last of 3"));
        var delivery = renders.complete(renders.follow(worker, claimed.id()))
                .orElseThrow()
                .delivery()
                .orElseThrow();
        new DeliveryStore(test.database())
                .report(List.of(new DeliveryReport(
                        delivery.id(),
                        1,
                        0,
                        Instant.now(),
                        Duration.ofMillis(20),
                        DeliveryReport.SUCCEEDED,
                        204,
                        null,
                        Optional.empty())));

        var moments = history.moments(jobs.mine(), claimed.id());

        assertThat(moments)
                .extracting(Moment::what)
                .containsExactlyInAnyOrder(
                        "accepted",
                        "dispatched",
                        "running",
                        "attempt",
                        "parked",
                        "accepted by provider",
                        "polled",
                        "polled",
                        "stored",
                        "attempt succeeded",
                        "succeeded",
                        "delivery succeeded")
                .startsWith("accepted")
                .endsWith("delivery succeeded");
        assertThat(moments).extracting(Moment::at).isSorted();
        assertThat(detail(moments, "attempt")).isEqualTo("1 p pm");
        assertThat(detail(moments, "accepted by provider")).isEqualTo("op_1");
        assertThat(polls(claimed))
                .as("when it has ended")
                .containsExactly(Optional.of("first"), Optional.of("last of 3"));
        assertThat(detail(moments, "stored")).startsWith("1000 bytes, sha256 0000");
        assertThat(detail(moments, "delivery succeeded")).isEqualTo("204");
    }

    @Test
    void a_poll_that_ends_its_render_is_told_as_the_last_or_as_the_only_one() {
        var renders = new TestRenders(test, jobs);
        var store = new RenderStore(test.database());
        var worker = jobs.worker();
        var first = renders.rendering(worker, "op_2");
        var second = renders.rendering(worker, "op_3");
        store.postpone(renders.follow(worker, second.id()), Duration.ZERO, 0, Seen.THERE, 0);
        // Both were taken up together; the first is free for its only poll.
        test.database().client().sql("update render set claimed_by = null").update();
        for (var render : store.claimDue(worker, 10)) {
            store.fail(
                    render.polled(),
                    TestRenders.ended(render, AttemptStatus.FAILED, "render_failed"),
                    Ending.failed(render.job(), render.epoch(), "no", "No.", Optional.empty()),
                    worker);
        }

        assertThat(polls(first)).containsExactly(Optional.of("first"));
        assertThat(polls(second)).containsExactly(Optional.of("first"), Optional.of("last of 2"));
    }

    private List<Optional<String>> polls(ClaimedJob job) {
        return history.moments(jobs.mine(), job.id()).stream()
                .filter(moment -> moment.what().equals("polled"))
                .map(Moment::detail)
                .toList();
    }

    @Test
    void attempts_are_told_with_all_that_is_known_of_them() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        jobs.note(claimed.lease(), TestJobs.ended(1, AttemptStatus.FAILED, "timeout"));
        jobs.note(claimed.lease(), TestJobs.started(2));
        jobs.succeed(claimed);

        assertThat(history.attempts(jobs.mine(), claimed.id()))
                .extracting(Attempt::number, Attempt::status, Attempt::outcome)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(1, "failed", Optional.of("timeout")),
                        org.assertj.core.groups.Tuple.tuple(2, "started", Optional.empty()));
    }

    @Test
    void another_project_s_job_has_no_history() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        jobs.note(claimed.lease(), TestJobs.started(1));
        assertThat(history.attempts(jobs.project(), claimed.id())).isEmpty();
        assertThat(history.moments(jobs.project(), claimed.id())).isEmpty();
    }

    private static String detail(List<Moment> moments, String what) {
        return moments.stream()
                .filter(moment -> moment.what().equals(what))
                .findFirst()
                .flatMap(Moment::detail)
                .orElseThrow();
    }
}
