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
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StreamedChatTest {

    /// A name for each fault that shows before the first token, and how the simulator is asked for it.
    private static final List<String[]> BEFORE = List.of(
            new String[] {"limited", "status=429"},
            new String[] {"limited-for", "status=429~retry-after=20"},
            new String[] {"broken", "status=500"},
            new String[] {"gateway", "status=502"},
            new String[] {"away", "status=503"},
            new String[] {"overloaded", "status=529"},
            new String[] {"reset-early", "reset=after-body"},
            new String[] {"reset-later", "reset=after-headers"},
            new String[] {"silent", "silence"},
            new String[] {"slow", "first-token=5s"},
            new String[] {"html", "body=html"},
            new String[] {"error-in-200", "body=error"},
            new String[] {"garbage", "body=garbage"},
            new String[] {"error-first", "error-at=0"},
            new String[] {"empty", "empty"},
            new String[] {"malformed-first", "malformed=0"},
            new String[] {"ends-at-once", "end-after=0"},
            new String[] {"wrong-key", "status=401~code=invalid_api_key"},
            new String[] {"no-quota", "status=429~type=insufficient_quota~code=insufficient_quota"});

    /// The same for faults that come after it.
    private static final List<String[]> AFTER = List.of(
            new String[] {"stalls", "stall=3"},
            new String[] {"cut", "cut=3"},
            new String[] {"bad-chunk", "bad-chunk=3"},
            new String[] {"malformed", "malformed=3"},
            new String[] {"error-later", "error-at=3"},
            new String[] {"ends-early", "end-after=3"},
            new String[] {"no-finish", "no-finish"},
            new String[] {"no-done", "no-done"});

    private static final SimulatedApi api = setup().start();

    private static SimulatedApi.Setup setup() {
        var setup = new SimulatedApi.Setup()
                .route("plain", "sim-chat~tokens=6")
                .route("thrifty", "sim-chat~tokens=6~usage=none")
                .route("usage-on-finish", "sim-chat~tokens=6~usage=finish")
                .route("usage-twice", "sim-chat~tokens=6~usage=twice")
                .route("repeats-role", "sim-chat~tokens=6~repeat-role")
                .route("error-null", "sim-chat~tokens=6~error-null")
                .route("tools", "sim-chat~tool")
                .route("all-broken", "sim-chat~status=500", "sim-chat~silence")
                .route("pinged", "sim-chat~tokens=3~first-token=900ms")
                .set("models.pinged.chat.ping-after", "200ms")
                .route("pinged-over", "sim-chat~first-token=5s", "sim-chat~tokens=3")
                .set("models.pinged-over.chat.ping-after", "100ms")
                .set("models.pinged-over.chat.first-token", "500ms")
                .route("pinged-lost", "sim-chat~silence", "sim-chat~silence")
                .set("models.pinged-lost.chat.ping-after", "100ms")
                .set("models.pinged-lost.chat.first-token", "250ms")
                .route("gaps", "sim-chat~tokens=3~gap=700ms")
                .set("models.gaps.chat.ping-after", "200ms")
                .route("left", "sim-chat~tokens=2000~gap=20ms")
                .route("left-often", "sim-chat~tokens=2000~gap=20ms")
                .route("left-priced", "sim-chat~tokens=2000~gap=20ms")
                .set("prices.table[0].of", "left-priced")
                .set("prices.table[0].out", "10000")
                .route("error-priced", "sim-chat~tokens=8~error-at=3")
                .set("prices.table[1].of", "error-priced")
                .set("prices.table[1].out", "10000")
                .route("limited-priced", "sim-chat~tokens=8~error-at=3~error=rate_limit_exceeded")
                .set("prices.table[2].of", "limited-priced")
                .set("prices.table[2].out", "10000")
                .route("error-first-priced", "sim-chat~error-at=0")
                .set("prices.table[3].of", "error-first-priced")
                .set("prices.table[3].in", "10000")
                .set("prices.table[3].out", "10000")
                .route("left-early", "sim-chat~silence", "sim-chat")
                .set("models.left-early.chat.ping-after", "100ms")
                .route("left-in-gap", "sim-chat~stall=3")
                .set("models.left-in-gap.chat.ping-after", "100ms")
                .route("slowly", "sim-chat~tokens=4~gap=300ms");
        for (var fault : BEFORE) {
            setup.route(fault[0], "sim-chat~" + fault[1], "sim-chat~tokens=6");
            setup.set("models." + fault[0] + ".chat.first-token", "400ms");
        }
        for (var fault : AFTER) {
            setup.route(fault[0], "sim-chat~tokens=8~" + fault[1], "sim-chat");
            setup.set("models." + fault[0] + ".chat.gap", "400ms");
        }
        setup.set("models.all-broken.chat.first-token", "400ms");
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

    @Test
    void a_stream_comes_as_events_that_end_with_the_end_marker() {
        var answer = ask("plain");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).hasValue("text/event-stream");
        assertThat(answer.header("cache-control")).hasValue("no-cache");
        assertThat(answer.header("x-accel-buffering")).hasValue("no");
        var events = Events.of(answer);
        assertThat(events.done()).isTrue();
        assertThat(events.roles()).isEqualTo(1);
        assertThat(events.content()).isNotEmpty();
        assertThat(events.finishReasons()).hasSize(1);
    }

    @Test
    void a_stream_says_where_it_came_from() {
        var answer = ask("plain");

        assertThat(answer.header("x-millrace-provider")).hasValue("plain-1");
        assertThat(answer.header("x-millrace-deployment")).hasValue("plain-1/sim-chat~tokens=6");
        assertThat(answer.header("x-millrace-attempts")).hasValue("1");
        assertThat(answer.header("x-millrace-overhead-ms")).isPresent();
    }

    @Test
    void the_chunks_share_id_time_and_the_name_that_the_caller_used() {
        var seen = new HashSet<String>();
        for (var chunk : Events.of(ask("plain")).chunks()) {
            seen.add(chunk.path("id").asString() + " " + chunk.path("created") + " "
                    + chunk.path("model").asString());
        }

        assertThat(seen).singleElement().asString().endsWith(" plain");
    }

    @Test
    void usage_is_asked_of_the_provider_always_and_shown_only_to_who_asked() {
        var silent = Events.of(ask("plain"));
        assertThat(silent.chunks()).noneMatch(chunk -> chunk.has("usage"));
        assertThat(api.lastBody("plain-1").at("/stream_options/include_usage").asBoolean())
                .isTrue();

        var told = Events.of(caller.post(
                Chats.PATH, Chats.with("plain", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")));
        var last = told.chunks().getLast();
        assertThat(last.path("choices").isEmpty()).isTrue();
        assertThat(last.at("/usage/total_tokens").asInt()).isPositive();
        assertThat(told.chunks().subList(0, told.chunks().size() - 1))
                .allMatch(chunk -> chunk.path("usage").isNull());
    }

    @ParameterizedTest
    @ValueSource(strings = {"thrifty", "usage-on-finish", "usage-twice", "repeats-role", "error-null"})
    void what_a_provider_does_otherwise_than_the_wire_format_says_is_put_right(String model) {
        var events = Events.of(caller.post(
                Chats.PATH, Chats.with(model, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")));

        assertThat(events.done()).isTrue();
        assertThat(events.errors()).isEmpty();
        assertThat(events.roles()).isEqualTo(1);
        assertThat(events.usages()).hasSize(1);
        assertThat(events.chunks().getLast().path("choices").isEmpty()).isTrue();
        assertThat(events.usages().getFirst().path("estimated").asBoolean(false))
                .isEqualTo(model.equals("thrifty"));
    }

    static Stream<String> before() {
        return BEFORE.stream().map(fault -> fault[0]);
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

    static Stream<String> after() {
        return AFTER.stream().map(fault -> fault[0]);
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
    void a_caller_who_waits_long_gets_status_and_pings_before_the_first_token() {
        var answer = ask("pinged");

        var events = Events.of(answer);
        assertThat(events.pings()).isGreaterThanOrEqualTo(2);
        assertThat(answer.text()).startsWith(": ping\n\n");
        assertThat(events.done()).isTrue();
        assertThat(answer.header("x-millrace-provider")).as("nobody knew yet").isEmpty();
        assertThat(answer.header("x-request-id")).as("where to ask for it").isPresent();
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

    @Test
    void a_long_gap_between_tokens_is_filled_with_pings() {
        var events = Events.of(ask("gaps"));

        assertThat(events.pings()).isGreaterThanOrEqualTo(2);
        assertThat(events.done()).isTrue();
        assertThat(events.errors()).isEmpty();
    }

    @Test
    void a_token_leaves_as_soon_as_it_has_come() throws IOException {
        try (var stream =
                LiveStream.open(api.api().port(), api.api().newProject().apiKey(), Chats.streamed("slowly"))) {
            stream.await("data: ");
            long first = System.nanoTime();
            stream.await("data: [DONE]");
            assertThat(Duration.ofNanos(System.nanoTime() - first)).isGreaterThan(Duration.ofMillis(500));
        }
    }

    @ParameterizedTest
    @CsvSource({"left, data:", "left-early, : ping", "left-in-gap, : ping"})
    void a_caller_who_goes_away_ends_the_call_at_the_provider_and_what_was_used_is_on_record(String model, String sign)
            throws IOException {
        try (var stream =
                LiveStream.open(api.api().port(), api.api().newProject().apiKey(), Chats.streamed(model))) {
            stream.await(sign);
        }

        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(api.received(model + "-1")).singleElement().satisfies(StreamedChatTest::clientGone);
            assertThat(records.of(model)).singleElement().satisfies(record -> {
                assertThat(record.outcome()).isEqualTo(CallRecord.CALLER_GONE);
                if (!model.equals("left-early")) {
                    assertThat(record.usage().orElseThrow().prompt()).isPositive();
                }
            });
        });
    }

    /// Failures in a row after which a deployment is asked no more, and some.
    private static final int MANY = 8;

    @Test
    void callers_who_go_away_are_no_failure_of_the_deployment() throws IOException {
        var key = api.api().newProject().apiKey();
        for (int i = 0; i < MANY; i++) {
            try (var stream = LiveStream.open(api.api().port(), key, Chats.streamed("left-often"))) {
                stream.await("data: ");
            }
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(records.of("left-often"))
                        .hasSize(MANY)
                        .allSatisfy(record -> assertThat(record.outcome()).isEqualTo(CallRecord.CALLER_GONE)));

        try (var stream = LiveStream.open(api.api().port(), key, Chats.streamed("left-often"))) {
            assertThat(stream.await("data: ")).doesNotContain("error");
        }
        assertThat(api.received("left-often-1")).hasSize(MANY + 1);
    }

    @Test
    void what_a_caller_who_went_away_had_used_is_priced() throws IOException {
        var key = api.api().newProject().apiKey();
        try (var stream = LiveStream.open(api.api().port(), key, Chats.streamed("left-priced"))) {
            stream.await("data: ");
            stream.await("data: ");
        }

        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            var booked = api.api()
                    .withKey(key)
                    .get("/v1/usage?group_by=model")
                    .json()
                    .at("/data/0");
            assertThat(booked.path("attempts").asInt()).isEqualTo(1);
            assertThat(booked.path("attempts_of_unknown_cost").asInt(-1)).isZero();
            assertThat(booked.path("tokens_out").asInt()).isPositive();
            assertThat(booked.path("cost").asDouble()).isPositive();
        });
    }

    private static void clientGone(JsonNode entry) {
        assertThat(entry.path("client_gone").asBoolean()).isTrue();
    }

    @Test
    void tool_calls_stream_with_id_and_name_once() {
        var answer = caller.post(Chats.PATH, Chats.with("tools", """
                        ,"stream":true,"tools":[{"type":"function","function":{"name":"get_weather","parameters":\
                        {"type":"object","properties":{"city":{"type":"string"}}}}}]"""));

        var events = Events.of(answer);
        assertThat(events.finishReasons()).containsExactly("tool_calls");
        var calls = events.chunks().stream()
                .map(chunk -> chunk.at("/choices/0/delta/tool_calls/0"))
                .filter(JsonNode::isObject)
                .toList();
        assertThat(calls.stream().filter(call -> call.has("id"))).hasSize(1);
        assertThat(calls.stream().filter(call -> call.path("function").has("name")))
                .hasSize(1);
    }

    @Test
    void a_streams_success_is_on_record_with_its_first_token_and_its_usage() {
        var id = ask("repeats-role").header("x-request-id").orElseThrow();

        assertThat(records.of("repeats-role"))
                .filteredOn(record -> record.callId().equals(id))
                .singleElement()
                .satisfies(record -> {
                    assertThat(record.outcome()).isEqualTo(CallRecord.SUCCEEDED);
                    assertThat(record.streamed()).isTrue();
                    assertThat(record.firstToken()).isPresent();
                    assertThat(record.usage().orElseThrow().completion()).isPositive();
                    assertThat(record.attempt()).isEqualTo(1);
                });
    }
}
