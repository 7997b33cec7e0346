package dev.millrace.worker.execution;

import static dev.millrace.worker.fixture.SharedWorker.BROKEN;
import static dev.millrace.worker.fixture.SharedWorker.FAILS_TWICE;
import static dev.millrace.worker.fixture.SharedWorker.GONE;
import static dev.millrace.worker.fixture.SharedWorker.GONE_AND_DOWN;
import static dev.millrace.worker.fixture.SharedWorker.LARGER;
import static dev.millrace.worker.fixture.SharedWorker.PICKY;
import static dev.millrace.worker.fixture.SharedWorker.RATE_LIMITED;
import static dev.millrace.worker.fixture.SharedWorker.RESTING;
import static dev.millrace.worker.fixture.SharedWorker.TOO_LONG;
import static dev.millrace.worker.fixture.SharedWorker.WITH_SPARE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What follows an attempt: the next deployment, the queue for later, or the end.
@DisplayNameGeneration(ReplaceUnderscores.class)
class RetryTest {

    /// How long a job was put back for, in milliseconds.
    private static final String WAITS = """
            select ((detail ->> 'run_at')::numeric - extract(epoch from created_at)) * 1000
            from job_event where job_id = :id and detail ->> 'reason' = 'retry' order by sequence
            """;

    private final Provider provider = SharedWorker.provider();
    private final Work work = SharedWorker.newWork();

    RetryTest() {
        SharedWorker.get();
    }

    private double wait(Work.Submitted job, int retry) {
        return Double.parseDouble(work.texts(WAITS, job).get(retry - 1));
    }

    @Test
    void a_failed_call_is_repeated_after_a_wait_that_doubles_and_that_jitter_shortens_by_half_at_most() {
        var job = work.chat(FAILS_TWICE.model());

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");

        assertThat(work.attempts(job))
                .containsExactly("1 failed provider_error", "2 failed provider_error", "3 succeeded succeeded");
        assertThat(wait(job, 1)).isBetween(499.0, 1_001.0);
        assertThat(wait(job, 2)).isBetween(999.0, 2_001.0);
        assertThat(FAILS_TWICE.calls(1, job))
                .as("each attempt is one call; nothing below repeats it")
                .hasSize(3);
    }

    @Test
    void the_last_attempt_that_is_allowed_ends_the_job_with_its_own_error() {
        var job = work.chat(BROKEN.model());
        work.alter("update job_backlog set attempts = 5, run_at = now(), turn = now() where job_id = :id", job);

        assertThat(work.awaitEnd(job)).isEqualTo("failed");

        assertThat(work.errorCode(job)).isEqualTo("mill_broken");
        assertThat(work.attempts(job)).containsExactly("1 failed provider_error", "6 failed provider_error");
    }

    @Test
    void what_no_deployment_would_accept_is_final_at_once() {
        var job = work.chat(TOO_LONG.model());

        assertThat(work.awaitEnd(job)).isEqualTo("failed");

        assertThat(work.errorCode(job)).isEqualTo("context_length_exceeded");
        assertThat(work.attempts(job)).containsExactly("1 failed context_too_long");
        assertThat(TOO_LONG.calls(1, job)).hasSize(1);
    }

    @Test
    void a_rate_limited_job_waits_at_least_as_long_as_it_was_asked_to() {
        var job = work.chat(RATE_LIMITED.model());

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");

        assertThat(work.attempts(job)).containsExactly("1 failed rate_limited", "2 succeeded succeeded");
        assertThat(wait(job, 1)).isBetween(1_900.0, 2_100.0);
    }

    @Test
    void a_job_whose_deployments_all_rest_goes_back_to_the_queue_without_spending_an_attempt() {
        var limited = work.chat(RESTING.model());
        work.await("select 1 from attempt where job_id = :id", limited);

        var other = work.chat(RESTING.model());

        assertThat(work.awaitEnd(other)).isEqualTo("succeeded");
        assertThat(work.texts("""
                        select detail ->> 'reason' from job_event
                        where job_id = :id and type = 'job.queued' order by sequence
                        """, other)).isNotEmpty().containsOnly("no_capacity");
        assertThat(work.attempts(other)).containsExactly("1 succeeded succeeded");
        assertThat(RESTING.calls(1, other)).hasSize(1);
    }

    @Test
    void where_another_deployment_is_ready_it_follows_at_once_and_both_attempts_are_on_record() {
        var job = work.chat(WITH_SPARE.model());

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");

        assertThat(work.attempts(job)).containsExactly("1 failed provider_error", "2 succeeded succeeded");
        assertThat(work.texts("select model from attempt where job_id = :id order by number", job))
                .containsExactly("sim-chat~status=500~tag=first", "sim-chat~tag=spare");
        assertThat(work.texts("select type from job_event where job_id = :id order by sequence", job))
                .containsExactly("job.running", "job.succeeded");
    }

    @Test
    void a_known_rejection_of_a_create_moves_on_and_nothing_is_made() {
        var job = work.video("sim-video~status=422~tag=" + UUID.randomUUID());

        assertThat(work.awaitEnd(job)).isEqualTo("failed");

        assertThat(work.attempts(job)).containsExactly("1 failed invalid_request");
        assertThat(provider.renders(job.prompt())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sim-chat~error=model_not_found", "sim-chat~status=400~code=model_not_found"})
    void a_name_without_a_route_that_its_provider_does_not_have_fails_each_job_after_an_attempt_of_its_own(
            String model) {
        for (int i = 0; i < 2; i++) {
            var job = work.chat(model);

            assertThat(work.awaitEnd(job)).isEqualTo("failed");

            assertThat(work.errorCode(job)).isEqualTo("model_not_found");
            assertThat(work.attempts(job)).containsExactly("1 failed model_unavailable");
            assertThat(work.texts("select type from job_event where job_id = :id order by sequence", job))
                    .containsExactly("job.running", "job.failed");
        }
    }

    @Test
    void a_render_of_such_a_name_fails_at_once_too() {
        var job = work.video("sim-video~error=model_not_found");

        assertThat(work.awaitEnd(job)).isEqualTo("failed");

        assertThat(work.errorCode(job)).isEqualTo("model_not_found");
        assertThat(work.attempts(job)).containsExactly("1 failed model_unavailable");
    }

    @Test
    void a_model_that_none_of_its_providers_has_fails_its_jobs_at_once_also_while_it_is_set_aside() {
        var first = work.chat(GONE.model());
        assertThat(work.awaitEnd(first)).isEqualTo("failed");
        assertThat(work.errorCode(first)).isEqualTo("model_not_found");
        assertThat(work.attempts(first)).containsExactly("1 failed model_unavailable", "2 failed model_unavailable");

        var second = work.chat(GONE.model());

        assertThat(work.awaitEnd(second)).isEqualTo("failed");
        assertThat(work.errorCode(second)).isEqualTo("model_not_found");
        assertThat(GONE.calls(1, second)).isEmpty();
    }

    @Test
    void a_deployment_without_the_model_is_set_aside_and_another_one_serves() {
        var job = work.chat(GONE_AND_DOWN.model());

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");

        assertThat(work.attempts(job))
                .containsExactly("1 failed model_unavailable", "2 failed provider_error", "3 succeeded succeeded");
    }

    @Test
    void a_context_too_long_is_asked_again_of_the_larger_deployment_alone() {
        var job = work.chat(LARGER.model());

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");

        assertThat(work.attempts(job))
                .containsExactly(
                        "1 failed context_too_long",
                        "2 failed provider_error",
                        "3 failed provider_error",
                        "4 succeeded succeeded");
        assertThat(LARGER.calls(1, job)).hasSize(1);
    }

    @Test
    void a_parameter_that_the_caller_lets_go_is_left_out_and_the_attempt_says_so() {
        var job = work.chatWithSeed(PICKY.model(), Set.of("seed"));
        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(work.text("select dropped from attempt where job_id = :id", job))
                .isEqualTo("seed");

        var strict = work.chatWithSeed(PICKY.model(), Set.of());
        assertThat(work.awaitEnd(strict)).isEqualTo("failed");
        assertThat(work.errorCode(strict)).isEqualTo("unsupported_parameter");
    }

    @Test
    void a_parameter_of_a_render_that_the_route_or_the_caller_lets_go_is_left_out_and_the_attempt_says_so() {
        Map<String, Object> more = Map.of("watermark", true, "user", "u");
        var job = work.video("picky-video", more, Set.of("watermark"));
        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(work.text("select dropped from attempt where job_id = :id", job)
                        .split(","))
                .containsExactlyInAnyOrder("watermark", "user");

        var strict = work.video("picky-video", more);
        assertThat(work.awaitEnd(strict)).isEqualTo("failed");
        assertThat(work.errorCode(strict)).isEqualTo("unsupported_parameter");
    }

    @Test
    void a_model_that_is_served_no_more_fails_its_job_without_an_attempt() {
        var job = work.video(WITH_SPARE.model());

        assertThat(work.awaitEnd(job)).isEqualTo("failed");

        assertThat(work.errorCode(job)).isEqualTo("model_not_found");
        assertThat(work.attempts(job)).isEmpty();
    }

    @Test
    void a_call_that_lasts_is_on_record_while_it_lasts_and_a_cancel_ends_it() {
        try (var hold = provider.hold("chat", "request-read")) {
            var job = work.chat("sim-chat~latency=1ms");
            hold.awaitHeld(1);
            work.await("select 1 from attempt where job_id = :id and status = 'started'", job);

            work.cancel(job);

            assertThat(work.awaitEnd(job)).isEqualTo("cancelled");
            assertThat(work.attempts(job)).containsExactly("1 abandoned cancelled");
        }
    }

    @Test
    void neither_a_cancelled_call_nor_one_whose_job_is_anothers_by_now_keeps_its_place() {
        var places = SharedWorker.get()
                .bean(MeterRegistry.class)
                .get("millrace.deployment.places")
                .gauge();
        try (var hold = provider.hold("chat", "request-read")) {
            var cancelled = work.chat("sim-chat~tag=cancelled");
            var lost = work.chat("sim-chat~tag=lost");
            hold.awaitHeld(2);
            assertThat(places.value()).isGreaterThanOrEqualTo(2);
            work.alter("update job_run set epoch = epoch + 1 where job_id = :id", lost);
            work.cancel(cancelled);
            assertThat(work.awaitEnd(cancelled)).isEqualTo("cancelled");
            hold.close();
            provider.awaitAnswered("chat", lost.prompt());
        }

        Awaitility.await("all places are given back").atMost(Work.SOON).until(() -> places.value() == 0);
    }
}
