package dev.millrace.provider;

import static dev.millrace.provider.Outcomes.indeterminate;
import static dev.millrace.provider.Outcomes.is;
import static dev.millrace.provider.Outcomes.rateLimited;
import static dev.millrace.provider.Outcomes.retryable;
import static dev.millrace.provider.Outcomes.terminal;
import static dev.millrace.provider.Outcomes.unanswered;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome.Accepted;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class CreateContract extends RenderContract {

    private static final Duration SHORT = Duration.ofMillis(700);

    CreateContract(Simulated simulated) {
        super(simulated);
    }

    private ProviderOutcome create(String model) {
        return adapter().create(simulated.target(model), request("a cat"), Set.of(), _ -> true);
    }

    private RenderFormat format() {
        return simulated.format().renders();
    }

    private void wasAskedOnceAndBilled(int renders) {
        wasAskedOnce("video.create");
        assertThat(simulated.renders())
                .hasSize(renders)
                .allSatisfy(
                        render -> assertThat(render.path("billed").asBoolean()).isTrue());
    }

    @Test
    void that_is_accepted_brings_the_operation_id_under_which_the_render_goes_on() {
        var accepted = is(
                Accepted.class,
                adapter()
                        .create(
                                simulated.target("sim-video~tag=up"),
                                request("a cat").clone(),
                                Set.of(),
                                _ -> true));
        assertThat(simulated.renders()).singleElement().satisfies(render -> {
            assertThat(render.path("id").asString())
                    .isEqualTo(format().renderId().apply(accepted.operationId()));
            assertThat(render.path("model").asString()).isEqualTo("sim-video~tag=up");
            assertThat(render.path("prompt").asString()).isEqualTo("a cat");
            assertThat(render.path("seconds").asString()).isEqualTo("8");
            assertThat(render.path("size").asString()).isEqualTo("1280x720");
        });
        assertThat(accepted.httpStatus()).hasValue(200);
        if (simulated.format().namesRequests()) {
            assertThat(accepted.requestId())
                    .hasValue(simulated
                            .requests("video.create")
                            .getFirst()
                            .path("request_id")
                            .asString());
        }
        assertThat(accepted.pollAfter()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(30));
        wasAskedOnceAndBilled(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"720x1280", "1280x720", "1080x1920", "1920x1080"})
    void that_names_no_length_is_for_the_one_that_is_booked(String size) {
        var request = "{\"model\":\"public\",\"prompt\":\"a cat\",\"size\":\"" + size + "\"}";
        is(
                Accepted.class,
                adapter()
                        .create(
                                simulated.target("sim-video"),
                                request.getBytes(StandardCharsets.UTF_8),
                                Set.of(),
                                _ -> true));
        assertThat(simulated.renders()).singleElement().satisfies(render -> {
            assertThat(render.path("seconds").asString())
                    .isEqualTo(Integer.toString(adapter().usualSeconds("sim-video", size)));
            assertThat(render.path("size").asString()).isEqualTo(size);
        });
    }

    @Test
    void that_names_neither_length_nor_size_is_for_those_that_are_booked() {
        is(
                Accepted.class,
                adapter()
                        .create(
                                simulated.target("sim-video"),
                                "{\"model\":\"public\",\"prompt\":\"a cat\"}".getBytes(StandardCharsets.UTF_8),
                                Set.of(),
                                _ -> true));
        assertThat(simulated.renders()).singleElement().satisfies(render -> {
            assertThat(render.path("seconds").asString())
                    .isEqualTo(Integer.toString(adapter().usualSeconds("sim-video", VideoAdapter.USUAL_SIZE)));
            assertThat(render.path("size").asString()).isEqualTo(VideoAdapter.USUAL_SIZE);
        });
    }

    @Test
    void whose_lease_has_ended_sends_nothing() {
        is(
                ProviderOutcome.Withheld.class,
                adapter().create(simulated.target("sim-video"), request("a cat"), Set.of(), _ -> false));
        assertThat(simulated.requests("video.create")).isEmpty();
        assertThat(simulated.renders()).isEmpty();
    }

    @Test
    void is_never_sent_on_a_connection_that_may_have_died_in_the_pool() {
        for (int i = 0; i < 10; i++) {
            // A good answer, and behind it the connection ends without a word.
            adapter().poll(simulated.target("sim-video"), format().unknown());
            simulated.behave("video.poll", java.util.Map.of("close", true));
            adapter().poll(simulated.target("sim-video"), format().unknown());
            is(Accepted.class, create("sim-video"));
        }
        assertThat(simulated.requests("video.create")).hasSize(10);
    }

    @ParameterizedTest
    @CsvSource({
        "error=moderation_blocked,    content_refused, 400",
        "error=content_refused,       content_refused, 400",
        "error=unsupported_parameter, invalid_request, 400",
        "status=400,                  invalid_request, 400",
        "status=422,                  invalid_request, 422",
    })
    void that_is_known_to_be_refused_for_what_it_asks_is_terminal_and_made_nothing(
            String fault, String kind, int status) {
        answered(terminal(create("sim-video~create." + fault), kind), status);
        wasAskedOnceAndBilled(0);
    }

    @ParameterizedTest
    @CsvSource({
        "status=402,               KEY,   quota_exhausted,   402",
        "error=insufficient_quota, KEY,   quota_exhausted,   429",
        "status=403,               MODEL, model_unavailable, 403",
        "status=404,               MODEL, model_unavailable, 404",
        "error=model_not_found,    MODEL, model_unavailable, 404",
    })
    void that_is_known_to_be_refused_for_whom_it_was_asked_of_may_move_on_and_made_nothing(
            String fault, Scope scope, String kind, int status) {
        answered(retryable(create("sim-video~create." + fault), scope, kind), status);
        wasAskedOnceAndBilled(0);
    }

    @Test
    void with_a_wrong_key_may_move_on_and_made_nothing() {
        answered(
                retryable(create("sim-video~create.error=invalid_api_key"), Scope.KEY, "invalid_key"),
                format().wrongKey());
        wasAskedOnceAndBilled(0);
    }

    @ParameterizedTest
    @CsvSource({"retry-after=7, 7000", "retry-after-ms=300, 300"})
    void that_comes_too_often_is_rate_limited_and_made_nothing(String spelling, long millis) {
        assertThat(rateLimited(create("sim-video~create.status=429~create." + spelling)))
                .isEqualTo(Duration.ofMillis(millis));
        wasAskedOnceAndBilled(0);
    }

    @Test
    void that_comes_too_often_is_rate_limited_until_the_date_that_the_provider_says() {
        assertThat(rateLimited(create("sim-video~create.status=429~create.retry-after-date=30s")))
                .isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
    }

    @Test
    void that_finds_nobody_was_not_sent_and_may_move_on() {
        unanswered(retryable(
                adapter().create(simulated.nowhere("sim-video"), request("a cat"), Set.of(), _ -> true),
                Scope.PROVIDER,
                "unreachable"));
    }

    @Test
    void whose_connection_does_not_stand_in_its_models_time_was_not_sent_and_may_move_on() {
        unanswered(retryable(
                unconnected(target -> adapter().create(target, request("a cat"), Set.of(), _ -> true)),
                Scope.PROVIDER,
                "unreachable"));
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 501, 502, 503, 504, 520, 529, 408, 409, 410, 413, 425, 451})
    void that_is_answered_with_any_other_status_is_indeterminate(int status) {
        answered(indeterminate(create("sim-video~create.status=" + status), "provider_error"), status);
        wasAskedOnceAndBilled(0);
    }

    @Test
    void that_is_answered_with_a_redirect_is_indeterminate_and_not_followed() {
        indeterminate(create("sim-video~create.redirect=http://127.0.0.1:1/x"), "provider_error");
        assertThat(simulated.requests("video.create")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"body=html", "body=json", "body=error", "body=garbage", "body=nothing"})
    void that_is_answered_with_a_2xx_that_can_not_be_read_is_indeterminate(String fault) {
        answered(indeterminate(create("sim-video~create." + fault), "malformed_answer"), 200);
        assertThat(simulated.requests("video.create")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "accept-then=garbage, malformed_answer",
        "accept-then=html,    malformed_answer",
        "accept-then=nothing, malformed_answer",
        "accept-then=502,     provider_error",
        "accept-then=reset,   connection_lost",
        "accept-then=hang-up, connection_lost",
        "reset=after-headers, connection_lost",
        "reset=mid-body,      connection_lost",
        "truncate=10,         connection_lost",
    })
    void that_was_accepted_and_billed_and_whose_answer_was_lost_is_indeterminate_and_not_sent_again(
            String fault, String kind) {
        indeterminate(create("sim-video~create." + fault), kind);
        wasAskedOnceAndBilled(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"accept-then=silence", "drip=50ms", "stall=10"})
    void that_was_accepted_and_billed_and_not_answered_by_its_deadline_is_indeterminate(String fault) {
        unanswered(indeterminate(
                adapter()
                        .create(
                                simulated.target("sim-video~create." + fault, SHORT),
                                request("a cat"),
                                Set.of(),
                                _ -> true),
                "timeout"));
        wasAskedOnceAndBilled(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reset=after-body", "hang-up"})
    void whose_connection_was_lost_is_indeterminate_even_where_nothing_was_made(String fault) {
        unanswered(indeterminate(create("sim-video~create." + fault), "connection_lost"));
        wasAskedOnceAndBilled(0);
    }
}
