package dev.millrace.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.call.CallRecord;
import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Events;
import dev.millrace.api.fixture.LiveStream;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.SimulatedApi;
import dev.millrace.api.kept.KeptRecords;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A model's first deployment answers at once until a test says otherwise; its second is asked when that is slow.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class HedgedChatTest {

    /// What is known of a deployment before the first call is hedged.
    private static final int FEWEST_SAMPLES = 20;

    /// Of retries in ten seconds, however few calls there are.
    private static final int FLOOR = 10;

    private static final Duration SOON = Duration.ofSeconds(10);

    private static final SimulatedApi api = setup().start();

    private final ApiClient caller = api.newCaller();
    private final KeptRecords records = api.api().bean(KeptRecords.class);

    private static SimulatedApi.Setup setup() {
        var setup = new SimulatedApi.Setup()
                .route("other-model", "sim-chat", "sim-chat")
                .set("models.other-model.chat.hedge", "true");
        for (var name : List.of(
                "stream", "whole", "off", "budget", "in-time", "second-refuses", "first-fails", "both-fail", "left")) {
            setup.provider(name + "-1", "sk-canary-1")
                    .provider(name + "-2", "sk-canary-2")
                    .deployment(name, 0, name + "-1", "sim-chat")
                    .deployment(name, 1, name + "-2", "sim-chat")
                    .set("models." + name + ".deployments[1].tier", "2")
                    .set("models." + name + ".chat.hedge", Boolean.toString(!name.equals("off")));
        }
        return setup.set("models.left.chat.ping-after", "300ms")
                .set("prices.table[0].of", "stream")
                .set("prices.table[0].in", "10000")
                .set("prices.table[0].out", "10000");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private Reply whole(String model) {
        return caller.post(Chats.PATH, Chats.of(model));
    }

    private Reply streamed(String model) {
        return caller.post(Chats.PATH, Chats.streamed(model));
    }

    /// A call that is under way while the test goes on.
    private CompletableFuture<Reply> asking(String model, boolean streamed) {
        return CompletableFuture.supplyAsync(
                () -> streamed ? streamed(model) : whole(model), Thread::startVirtualThread);
    }

    private static void awaitReceived(String provider, int calls) {
        Awaitility.await("calls of " + provider)
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> api.received(provider).size() == calls);
    }

    private void awaitOutcome(String model, String outcome) {
        Awaitility.await(outcome)
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> records.of(model).stream()
                        .anyMatch(record -> record.outcome().equals(outcome)));
    }

    private void warm(String model, boolean streamed) {
        for (int i = 0; i < FEWEST_SAMPLES; i++) {
            var answer = streamed ? streamed(model) : whole(model);
            assertThat(answer.header("x-millrace-provider")).hasValue(model + "-1");
        }
        assertThat(api.received(model + "-2")).isEmpty();
    }

    private List<CallRecord> records(String model, Reply of) {
        var id = of.header("x-request-id").orElseThrow();
        return records.of(model).stream()
                .filter(record -> record.callId().equals(id))
                .toList();
    }

    private static boolean clientGone(String provider) {
        return api.received(provider).getLast().path("client_gone").asBoolean();
    }

    private static double outstanding(String deployment) {
        return api.api()
                .bean(MeterRegistry.class)
                .get("millrace.deployment.outstanding")
                .tag("deployment", deployment)
                .gauge()
                .value();
    }

    private static void isFrom(Reply answer, String provider, int attempts) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header("x-millrace-provider")).hasValue(provider);
        assertThat(answer.header("x-millrace-attempts")).hasValue(Integer.toString(attempts));
    }

    @Test
    void a_stream_whose_first_token_is_late_is_asked_of_a_second_deployment_and_the_first_is_given_up() {
        warm("stream", true);
        api.behave("stream-1", "{\"stall\":\"0\"}");

        var answer = streamed("stream");

        isFrom(answer, "stream-2", 2);
        var events = Events.of(answer);
        assertThat(events.done()).isTrue();
        assertThat(events.roles()).isEqualTo(1);
        assertThat(events.content()).isEqualTo("Echo: How are you?");
        Awaitility.await().atMost(SOON).untilAsserted(() -> {
            assertThat(clientGone("stream-1")).isTrue();
            assertThat(records("stream", answer)).hasSize(2);
            assertThat(outstanding("stream-1/sim-chat")).isZero();
        });
        assertThat(records("stream", answer)).anySatisfy(loser -> {
            assertThat(loser.outcome()).isEqualTo(CallRecord.HEDGED);
            assertThat(loser.attempt()).isEqualTo(1);
            assertThat(loser.deployment()).isEqualTo("stream-1/sim-chat");
            assertThat(loser.usage().orElseThrow().prompt()).isPositive();
        });
        assertThat(records("stream", answer)).anySatisfy(winner -> {
            assertThat(winner.outcome()).isEqualTo(CallRecord.SUCCEEDED);
            assertThat(winner.attempt()).isEqualTo(2);
        });
        assertThat(clientGone("stream-2")).isFalse();
        Awaitility.await().atMost(SOON).untilAsserted(() -> {
            var booked = caller.get("/v1/usage?group_by=model").json().at("/data/0");
            assertThat(booked.path("attempts").asInt()).isEqualTo(FEWEST_SAMPLES + 2);
            assertThat(booked.path("attempts_of_unknown_cost").asInt())
                    .as("what the first had used is paid for")
                    .isZero();
        });
    }

    @Test
    void an_answer_in_one_piece_that_is_late_is_asked_of_a_second_deployment_and_the_first_is_given_up() {
        warm("whole", false);
        api.behave("whole-1", "{\"silence\":\"true\"}");

        var answer = whole("whole");

        isFrom(answer, "whole-2", 2);
        assertThat(answer.json().at("/choices/0/message/content").asString()).isEqualTo("Echo: How are you?");
        Awaitility.await().atMost(SOON).untilAsserted(() -> {
            assertThat(clientGone("whole-1")).isTrue();
            assertThat(records("whole", answer))
                    .extracting(CallRecord::outcome)
                    .containsExactlyInAnyOrder(CallRecord.HEDGED, CallRecord.SUCCEEDED);
            assertThat(outstanding("whole-1/sim-chat")).isZero();
        });
    }

    @Test
    void nobody_is_hedged_unless_the_model_says_so() {
        warm("off", false);
        api.behave("off-1", "{\"latency\":\"400ms\"}");

        isFrom(whole("off"), "off-1", 1);
        assertThat(api.received("off-2")).isEmpty();
    }

    @Test
    void another_model_is_not_asked_because_one_is_slow() {
        warm("other-model", false);
        api.behave("other-model-1", "{\"latency\":\"400ms\"}");

        isFrom(whole("other-model"), "other-model-1", 1);
        assertThat(api.received("other-model-2")).isEmpty();
    }

    @Test
    void the_retry_budget_bounds_hedges_too() {
        warm("budget", false);
        CompletableFuture<Reply> last;
        try (var hold = api.hold("budget-1")) {
            for (int i = 0; i < FLOOR; i++) {
                isFrom(whole("budget"), "budget-2", 2);
            }

            last = asking("budget", false);
            hold.awaitHeld(FLOOR + 1);
            assertThat(last)
                    .as("far longer than any other was waited for")
                    .failsWithin(Duration.ofMillis(400))
                    .withThrowableOfType(TimeoutException.class);
        }

        isFrom(last.join(), "budget-1", 1);
        assertThat(api.received("budget-2")).hasSize(FLOOR);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_first_that_answers_after_all_wins_and_the_second_is_given_up(boolean streamed) {
        for (int i = 0; i < FEWEST_SAMPLES; i++) {
            isFrom(streamed ? streamed("in-time") : whole("in-time"), "in-time-1", 1);
        }
        api.behave("in-time-2", "{\"silence\":\"true\"}");
        int before = api.received("in-time-2").size();
        CompletableFuture<Reply> asking;
        try (var hold = api.hold("in-time-1")) {
            asking = asking("in-time", streamed);
            hold.awaitHeld(1);
            awaitReceived("in-time-2", before + 1);
        }

        var answer = asking.join();

        isFrom(answer, "in-time-1", 2);
        Awaitility.await().atMost(SOON).untilAsserted(() -> {
            assertThat(clientGone("in-time-2")).isTrue();
            assertThat(records("in-time", answer))
                    .extracting(CallRecord::outcome)
                    .containsExactlyInAnyOrder(CallRecord.HEDGED, CallRecord.SUCCEEDED);
            assertThat(outstanding("in-time-2/sim-chat")).isZero();
        });
    }

    @Test
    void a_second_that_refuses_the_request_takes_no_answer_from_its_caller() {
        warm("second-refuses", false);
        api.behave("second-refuses-2", "{\"status\":\"400\",\"param\":\"temperature\"}");
        CompletableFuture<Reply> asking;
        try (var hold = api.hold("second-refuses-1")) {
            asking = asking("second-refuses", false);
            hold.awaitHeld(1);
            awaitOutcome("second-refuses", "invalid_request");
        }

        var answer = asking.join();

        isFrom(answer, "second-refuses-1", 2);
        assertThat(records("second-refuses", answer))
                .extracting(CallRecord::outcome)
                .containsExactlyInAnyOrder("invalid_request", CallRecord.SUCCEEDED);
    }

    @Test
    void a_first_that_fails_late_is_stood_in_for_by_the_second_that_is_under_way() {
        warm("first-fails", false);
        api.behave("first-fails-1", "{\"status\":\"500\"}");
        CompletableFuture<Reply> asking;
        try (var second = api.hold("first-fails-2")) {
            try (var first = api.hold("first-fails-1")) {
                asking = asking("first-fails", false);
                first.awaitHeld(1);
                second.awaitHeld(1);
            }
            awaitOutcome("first-fails", "provider_error");
        }

        var answer = asking.join();

        isFrom(answer, "first-fails-2", 2);
        assertThat(api.received("first-fails-2")).hasSize(1);
        assertThat(records("first-fails", answer))
                .extracting(CallRecord::outcome)
                .containsExactlyInAnyOrder("provider_error", CallRecord.SUCCEEDED);
    }

    @Test
    void a_failure_of_both_is_an_error_like_any_other() {
        warm("both-fail", false);
        api.behave("both-fail-1", "{\"status\":\"500\"}");
        api.behave("both-fail-2", "{\"status\":\"503\"}");
        CompletableFuture<Reply> asking;
        try (var hold = api.hold("both-fail-1")) {
            asking = asking("both-fail", false);
            hold.awaitHeld(1);
            awaitOutcome("both-fail", "provider_error");
        }

        var answer = asking.join();

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("x-millrace-attempts")).hasValue("2");
        assertThat(api.received("both-fail-2")).hasSize(1);
    }

    @Test
    void a_caller_who_goes_away_ends_both_calls() throws IOException {
        warm("left", true);
        api.behave("left-1", "{\"silence\":\"true\"}");
        api.behave("left-2", "{\"silence\":\"true\"}");
        var key = api.api().newProject().apiKey();

        try (var stream = LiveStream.open(api.api().port(), key, Chats.streamed("left"))) {
            stream.await(": ping");
            assertThat(api.received("left-2")).hasSize(1);
        }

        Awaitility.await().atMost(SOON).untilAsserted(() -> {
            assertThat(clientGone("left-1")).isTrue();
            assertThat(clientGone("left-2")).isTrue();
            assertThat(records.of("left"))
                    .filteredOn(record -> !Objects.equals(record.outcome(), CallRecord.SUCCEEDED))
                    .extracting(CallRecord::outcome)
                    .containsExactly(CallRecord.CALLER_GONE, CallRecord.CALLER_GONE);
            assertThat(outstanding("left-1/sim-chat") + outstanding("left-2/sim-chat"))
                    .isZero();
        });
    }
}
