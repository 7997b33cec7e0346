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
import java.time.Duration;
import java.util.HashSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What a caller gets whose stream comes whole.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StreamedChatTest {

    private static final SimulatedApi api = new SimulatedApi.Setup()
            .route("plain", "sim-chat~tokens=6")
            .route("thrifty", "sim-chat~tokens=6~usage=none")
            .route("usage-on-finish", "sim-chat~tokens=6~usage=finish")
            .route("usage-twice", "sim-chat~tokens=6~usage=twice")
            .route("repeats-role", "sim-chat~tokens=6~repeat-role")
            .route("error-null", "sim-chat~tokens=6~error-null")
            .route("tools", "sim-chat~tool")
            .route("pinged", "sim-chat~tokens=3~first-token=900ms")
            .set("models.pinged.chat.ping-after", "200ms")
            .route("gaps", "sim-chat~tokens=3~gap=700ms")
            .set("models.gaps.chat.ping-after", "200ms")
            .route("slowly", "sim-chat~tokens=4~gap=300ms")
            .start();

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
