package dev.millrace.api.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.LiveStream;
import dev.millrace.api.fixture.SimulatedApi;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// How much of everything a process takes on, and what it says to the rest.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CallLimitsTest {

    private static final SimulatedApi api = new SimulatedApi.Setup()
            .route("plain", "sim-chat")
            .route("long", "sim-chat~tokens=10000~gap=20ms")
            .route(
                    "six-down",
                    "sim-chat~status=500",
                    "sim-chat~status=500",
                    "sim-chat~status=500",
                    "sim-chat~status=500",
                    "sim-chat~status=500",
                    "sim-chat~status=500",
                    "sim-chat")
            .route("picky", "sim-chat", "sim-chat")
            .set("models.picky.deployments[0].refuses[0]", "seed")
            .set("models.picky-2.deployments[0].refuses[0]", "seed")
            .route("picky-first", "sim-chat", "sim-chat~status=500")
            .set("models.picky-first.deployments[0].refuses[0]", "seed")
            .route("lets-go", "sim-chat")
            .set("models.lets-go.deployments[0].refuses[0]", "seed")
            .set("models.lets-go.chat.drop[0]", "seed")
            .set("chat.most-calls", "2")
            .set("chat.most-body", "1MB")
            .set("chat.most-held", "1MB")
            .start();

    private final ApiClient caller = api.newCaller();

    @AfterAll
    static void stop() {
        api.close();
    }

    private static double running() {
        return api.api().bean(MeterRegistry.class).get("millrace.calls").gauge().value();
    }

    @Test
    void what_is_beyond_the_most_calls_is_refused_with_when_to_come_back_and_those_admitted_are_served()
            throws IOException {
        var key = api.api().newProject().apiKey();
        try (var first = LiveStream.open(api.api().port(), key, Chats.streamed("long"));
                var second = LiveStream.open(api.api().port(), key, Chats.streamed("long"))) {
            first.await("data: ");
            second.await("data: ");

            var third = caller.post(Chats.PATH, Chats.of("plain"));

            assertThat(third.status()).isEqualTo(429);
            assertThat(third.code()).isEqualTo("overloaded");
            assertThat(third.header("retry-after")).hasValue("1");
            first.await("data: ");
            second.await("data: ");
        }
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> running() == 0);
        assertThat(caller.post(Chats.PATH, Chats.of("plain")).status()).isEqualTo(200);
    }

    @Test
    void a_call_is_tried_at_no_more_than_six_deployments() {
        var answer = caller.post(Chats.PATH, Chats.of("six-down"));

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.header("x-millrace-attempts")).hasValue("6");
        assertThat(api.received("six-down-7")).isEmpty();
    }

    @Test
    void what_no_deployment_takes_is_refused_by_name() {
        var answer = caller.post(Chats.PATH, Chats.with("picky", ",\"seed\":7"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("unsupported_parameter");
        assertThat(answer.param()).isEqualTo("seed");
        assertThat(answer.header("x-millrace-attempts")).as("nothing was sent").hasValue("0");
        assertThat(api.received("picky-1")).isEmpty();
    }

    @Test
    void what_the_caller_lets_go_is_left_out_and_the_answer_says_so() {
        var answer = caller.with("x-millrace-drop-params", "logprobs, seed")
                .post(Chats.PATH, Chats.with("picky", ",\"seed\":7"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-millrace-dropped")).hasValue("seed");
        assertThat(api.lastBody("picky-1").has("seed")).isFalse();
    }

    @Test
    void what_the_route_lets_go_is_left_out_of_streams_too() {
        var answer = caller.post(Chats.PATH, Chats.with("lets-go", ",\"seed\":7,\"stream\":true"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-millrace-dropped")).hasValue("seed");
    }

    @Test
    void the_last_real_failure_wins_over_a_refusal_of_a_deployment_that_was_skipped() {
        var answer = caller.post(Chats.PATH, Chats.with("picky-first", ",\"seed\":7"));

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.header("x-millrace-attempts")).hasValue("1");
    }

    @Test
    void a_list_of_parameters_to_drop_has_an_end() {
        var answer = caller.with("x-millrace-drop-params", "a,".repeat(200)).post(Chats.PATH, Chats.of("plain"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.param()).isEqualTo("x-millrace-drop-params");
    }
}
