package dev.millrace.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.call.CallRecord;
import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Events;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.SimulatedApi;
import dev.millrace.api.kept.KeptRecords;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a caller sees of a stream that fails, before its first token and after it, and what that costs.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FailedStreamsTest {

    /// A name for each fault that shows before the first token, beside those of the catalogue, and how the simulator is
    /// asked for it.
    private static final Map<String, String> BEFORE = Map.of(
            "reset-later", "reset=after-headers",
            "malformed-first", "malformed=0",
            "ends-at-once", "end-after=0");

    /// The same for faults that come after it.
    private static final Map<String, String> AFTER = Map.of(
            "bad-chunk", "bad-chunk=3",
            "error-later", "error-at=3",
            "ends-early", "end-after=3");

    private static final SimulatedApi api = setup().start();

    private static SimulatedApi.Setup setup() {
        var setup = new SimulatedApi.Setup()
                .route("all-broken", "sim-chat~status=500", "sim-chat~silence")
                .set("models.all-broken.chat.first-token", "400ms")
                .route("pinged-over", "sim-chat~first-token=5s", "sim-chat~tokens=3")
                .set("models.pinged-over.chat.ping-after", "100ms")
                .set("models.pinged-over.chat.first-token", "500ms")
                .route("pinged-lost", "sim-chat~silence", "sim-chat~silence")
                .set("models.pinged-lost.chat.ping-after", "100ms")
                .set("models.pinged-lost.chat.first-token", "250ms")
                .route("never-ending", "sim-chat~tokens=200~gap=50ms")
                .set("models.never-ending.chat.total", "600ms")
                .route("longer-than-whole", "sim-chat~tokens=20~gap=50ms")
                .set("models.longer-than-whole.chat.whole", "300ms")
                .route("error-priced", "sim-chat~tokens=8~error-at=3")
                .set("prices.table[0].of", "error-priced")
                .set("prices.table[0].out", "10000")
                .route("limited-priced", "sim-chat~tokens=8~error-at=3~error=rate_limit_exceeded")
                .set("prices.table[1].of", "limited-priced")
                .set("prices.table[1].out", "10000")
                .route("error-first-priced", "sim-chat~error-at=0")
                .set("prices.table[2].of", "error-first-priced")
                .set("prices.table[2].in", "10000")
                .set("prices.table[2].out", "10000");
        BEFORE.forEach((name, fault) -> setup.route(name, "sim-chat~" + fault, "sim-chat~tokens=6"));
        AFTER.forEach((name, fault) -> setup.route(name, "sim-chat~tokens=8~" + fault, "sim-chat"));
        return setup;
    }

    private final ApiClient caller = api.newCaller();
    private final KeptRecords records = api.api().bean(KeptRecords.class);

    @AfterAll
    static void stop() {
        api.close();
    }

    private Reply ask(String model) {
        return caller.post(Chats.PATH, Chats.streamed(model));
    }

    static Set<String> before() {
        return BEFORE.keySet();
    }

    @ParameterizedTest
    @MethodSource("before")
    void a_fault_before_the_first_token_is_not_seen_and_the_next_deployment_answers(String model) {
        var answer = ask(model);

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        var events = Events.of(answer);
        assertThat(events.done()).isTrue();
        assertThat(events.roles()).isEqualTo(1);
        assertThat(answer.header("x-millrace-provider")).hasValue(model + "-2");
        assertThat(answer.header("x-millrace-attempts")).hasValue("2");
        assertThat(api.received(model + "-1")).hasSize(1);
        assertThat(api.received(model + "-2")).hasSize(1);
    }

    @Test
    void a_stream_ends_with_the_time_that_the_whole_call_has() {
        var answer = ask("never-ending");

        assertThat(answer.status()).isEqualTo(200);
        var events = Events.of(answer);
        assertThat(events.done()).isFalse();
        assertThat(events.content()).isNotEmpty();
        assertThat(records.of("never-ending"))
                .singleElement()
                .satisfies(record -> assertThat(record.outcome()).isEqualTo("timeout"));
    }

    @Test
    void what_an_answer_in_one_piece_may_take_is_no_limit_of_a_stream() {
        var answer = ask("longer-than-whole");

        assertThat(Events.of(answer).done()).as(answer.text()).isTrue();
        assertThat(records.of("longer-than-whole"))
                .singleElement()
                .satisfies(record -> assertThat(record.outcome()).isEqualTo(CallRecord.SUCCEEDED));
    }

    static Set<String> after() {
        return AFTER.keySet();
    }

    @ParameterizedTest
    @MethodSource("after")
    void a_fault_after_the_first_token_is_an_error_event_and_never_a_clean_end(String model) {
        var answer = ask(model);

        var events = Events.of(answer);
        assertThat(events.done()).isFalse();
        assertThat(events.content()).isNotEmpty();
        assertThat(events.error().path("type").asString()).isEqualTo("server_error");
        assertThat(events.error().path("message").asString()).isNotEmpty();
        assertThat(events.error().has("param")).isTrue();
        assertThat(api.received(model + "-2")).as("nobody starts over").isEmpty();
        assertThat(records.of(model)).singleElement().satisfies(record -> {
            assertThat(record.outcome()).isNotEqualTo(CallRecord.SUCCEEDED);
            assertThat(record.usage()).as("what was used is on record").isPresent();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"error-priced", "limited-priced"})
    void the_tokens_before_an_error_event_are_paid_for(String model) {
        ask(model);

        long tokens = records.of(model).getFirst().usage().orElseThrow().completion();
        assertThat(tokens).isPositive();
        Awaitility.await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            var usage = caller.get("/v1/usage?group_by=model").json().at("/data/0");
            assertThat(usage.path("tokens_out").asLong()).isEqualTo(tokens);
            assertThat(usage.path("cost").decimalValue()).isEqualByComparingTo(BigDecimal.valueOf(tokens, 2));
        });
    }

    @Test
    void an_error_before_the_first_token_has_used_no_tokens_and_costs_nothing() {
        assertThat(ask("error-first-priced").status()).isGreaterThanOrEqualTo(500);

        assertThat(records.of("error-first-priced"))
                .isNotEmpty()
                .allSatisfy(record -> assertThat(record.usage()).isEmpty());
        Awaitility.await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            var usage = caller.get("/v1/usage?group_by=model").json().at("/data/0");
            assertThat(usage.path("attempts").asInt()).isPositive();
            assertThat(usage.path("attempts_of_unknown_cost").asInt()).isZero();
            assertThat(usage.path("tokens_in").asLong()).isZero();
            assertThat(usage.path("cost").asDouble()).isZero();
        });
    }

    @Test
    void a_failure_of_all_before_the_first_token_is_an_http_error_like_any_other() {
        var answer = ask("all-broken");

        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.header("content-type")).hasValue("application/json");
        assertThat(answer.header("x-millrace-attempts")).hasValue("2");
    }

    @Test
    void failover_goes_on_after_the_first_ping() {
        var events = Events.of(ask("pinged-over"));

        assertThat(events.pings()).isPositive();
        assertThat(events.done()).isTrue();
        assertThat(api.received("pinged-over-2")).hasSize(1);
    }

    @Test
    void a_failure_of_all_after_the_first_ping_is_an_error_event() {
        var events = Events.of(ask("pinged-lost"));

        assertThat(events.pings()).isPositive();
        assertThat(events.done()).isFalse();
        assertThat(events.chunks()).isEmpty();
        assertThat(events.error().path("code").asString()).isEqualTo("timeout");
    }
}
