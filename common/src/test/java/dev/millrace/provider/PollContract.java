package dev.millrace.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.provider.VideoAdapter.Poll;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class PollContract extends RenderContract {

    PollContract(Simulated simulated) {
        super(simulated);
    }

    private Poll poll(String operation) {
        return adapter().poll(simulated.target("sim-video"), operation);
    }

    private void saysNothing(Poll poll) {
        assertThat(poll).isInstanceOf(Poll.Unknown.class);
        assertThat(poll.toString()).doesNotContain("canary");
    }

    @Test
    void of_a_render_under_way_tells_its_progress_and_the_providers_rhythm() {
        assumeTrue(simulated.format().renders().rhythm(), "a format that states no rhythm");
        var operation = created("sim-video~render=never~poll-after=2s");
        assertThat(poll(operation)).isInstanceOfSatisfying(Poll.Rendering.class, rendering -> {
            assertThat(rendering.progress()).isBetween(0, 99);
            assertThat(rendering.pollAfter()).hasValue(Duration.ofSeconds(2));
        });
    }

    @Test
    void of_a_render_under_way_tells_no_rhythm_where_the_provider_states_none() {
        var operation = created("sim-video~render=never~poll-after=0s");
        assertThat(poll(operation))
                .isInstanceOfSatisfying(
                        Poll.Rendering.class,
                        rendering -> assertThat(rendering.pollAfter()).isEmpty());
    }

    @Test
    void of_a_render_goes_from_rendering_to_completed() {
        var operation = created("sim-video~render=300ms");
        assertThat(poll(operation)).isInstanceOf(Poll.Rendering.class);
        await().atMost(Duration.ofSeconds(10)).until(() -> poll(operation) instanceof Poll.Completed);
    }

    @Test
    void of_a_render_that_failed_tells_the_providers_code_and_words() {
        var operation = created("sim-video~render=0ms~fail=moderation_blocked~fail-message=Not this.");
        assertThat(poll(operation)).isInstanceOfSatisfying(Poll.Failed.class, failed -> {
            assertThat(failed.code()).isEqualTo(simulated.format().renders().refused());
            assertThat(failed.message()).isEqualTo("Not this.");
            assertThat(failed.cause()).as("nothing to ask for again").isNotEqualTo(Poll.Cause.PASSING);
        });
    }

    @ParameterizedTest
    @CsvSource({"server_error, PASSING", "3, LASTING"})
    void of_a_render_that_failed_tells_whether_it_may_pass(String code, Poll.Cause cause) {
        assertThat(poll(created("sim-video~render=0ms~fail=" + code)))
                .isInstanceOfSatisfying(
                        Poll.Failed.class, failed -> assertThat(failed.cause()).isEqualTo(cause));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dreaming", "none"})
    void of_a_status_that_nobody_knows_says_nothing(String state) {
        assumeTrue(simulated.format().renders().states(), "a format without words for it");
        saysNothing(poll(created("sim-video~render=0ms~poll.state=" + state)));
    }

    @Test
    void of_an_operation_that_the_provider_does_not_know_is_not_found() {
        assertThat(poll(simulated.format().renders().unknown())).isEqualTo(new Poll.NotFound());
        assertThat(poll(created("sim-video~poll.status=404"))).isEqualTo(new Poll.NotFound());
    }

    @Test
    void that_comes_too_often_is_rate_limited_and_says_nothing_of_the_render() {
        assertThat(poll(created("sim-video~poll.status=429~poll.retry-after=7")))
                .isEqualTo(new Poll.RateLimited(Optional.of(Duration.ofSeconds(7))));
        assertThat(poll(created("sim-video~poll.error=insufficient_quota")))
                .isEqualTo(new Poll.RateLimited(Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 408, 410, 500, 502, 503, 529})
    void that_is_answered_with_an_error_says_nothing_of_the_render(int status) {
        saysNothing(poll(created("sim-video~poll.status=" + status)));
    }

    @ParameterizedTest
    @CsvSource({
        "body, html",
        "body, json",
        "body, garbage",
        "body, nothing",
        "body, error",
        "reset, after-body",
        "reset, mid-body",
        "truncate, 30",
        "hang-up, true",
        "redirect, http://127.0.0.1:1/x"
    })
    void whose_answer_can_not_be_read_says_nothing_of_the_render(String fault, String value) {
        // Where the video stands in the answer, half of it has said that the render is done.
        assumeTrue(simulated.format().renders().files() || !value.equals("mid-body"), "an answer with the video in it");
        var operation = created("sim-video~render=0ms");
        simulated.behave("video.poll", Map.of(fault, value));
        saysNothing(poll(operation));
        assertThat(simulated.requests("video.poll")).hasSize(1);
    }

    @Test
    void that_is_not_answered_in_time_or_finds_nobody_says_nothing_of_the_render() {
        var operation = created("sim-video~poll.silence");
        saysNothing(adapter().poll(simulated.target("sim-video", Duration.ofMillis(700)), operation));
        saysNothing(adapter().poll(simulated.nowhere("sim-video"), operation));
        saysNothing(unconnected(target -> adapter().poll(target, operation)));
    }
}
