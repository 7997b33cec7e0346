package dev.millrace.simulator;

import static dev.millrace.simulator.AnthropicClient.json;
import static dev.millrace.simulator.AnthropicClient.message;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.AnthropicClient.Event;
import dev.millrace.simulator.RawClient.End;
import dev.millrace.simulator.RawClient.Received;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AnthropicStreamTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private final String provider = freshProvider();
    private final AnthropicClient client = new AnthropicClient(SIMULATOR, provider);

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private static List<String> names(List<Event> events) {
        return events.stream().map(Event::name).toList();
    }

    private static String joined(List<Event> events, String kind, String field) {
        return events.stream()
                .map(event -> event.data().path("delta"))
                .filter(delta -> delta.path("type").asString("").equals(kind))
                .map(delta -> delta.path(field).asString(""))
                .collect(Collectors.joining());
    }

    private Received raw(String behaviour) {
        String body = message("sim-chat~tokens=9~close~" + behaviour, "hi")
                .put("stream", true)
                .toString();
        String request = "POST /p/" + provider + "/v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: "
                + SimulatorFixture.KEY + "\r\nanthropic-version: 2023-06-01\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
        try (RawClient socket = SIMULATOR.raw()) {
            return socket.send(request).receive(behaviour.startsWith("stall") ? 300 : 5_000);
        }
    }

    private static long deltas(Received received) {
        return received.body()
                .lines()
                .filter("event: content_block_delta"::equals)
                .count();
    }

    @Test
    void a_good_stream_has_its_events_in_anthropics_order_each_with_its_type() throws Exception {
        List<Event> events = client.events(message("sim-chat~tokens=2~cached=5", "hi"));

        assertThat(names(events))
                .containsExactly(
                        "message_start",
                        "ping",
                        "content_block_start",
                        "content_block_delta",
                        "content_block_delta",
                        "content_block_stop",
                        "message_delta",
                        "message_stop");
        assertThat(events)
                .allSatisfy(event ->
                        assertThat(event.data().path("type").asString("")).isEqualTo(event.name()));
        JsonNode first = events.getFirst().data().path("message").path("usage");
        assertThat(first.path("output_tokens").asInt()).isEqualTo(1);
        assertThat(first.path("cache_read_input_tokens").asInt()).isEqualTo(5);
        JsonNode last = events.get(6).data();
        assertThat(last.path("usage").path("output_tokens").asInt()).isEqualTo(2);
        assertThat(last.path("delta").path("stop_reason").asString("")).isEqualTo("end_turn");
    }

    @Test
    void thoughts_text_and_tools_are_blocks_one_after_the_other() throws Exception {
        ObjectNode body = message("sim-chat~calls=2~text=Let me look.", "hi");
        body.putObject("thinking").put("type", "adaptive");
        body.putArray("tools")
                .add(json("{\"name\":\"f\",\"input_schema\":{\"type\":\"object\",\"properties\":"
                        + "{\"city\":{\"type\":\"string\"}}}}"))
                .add(json("{\"name\":\"g\",\"input_schema\":{\"type\":\"object\",\"properties\":{}}}"));
        List<Event> events = client.events(body);

        assertThat(events.stream()
                        .filter(event -> event.name().equals("content_block_start"))
                        .map(event -> event.data().path("index").asInt() + " "
                                + event.data()
                                        .path("content_block")
                                        .path("type")
                                        .asString("")))
                .containsExactly("0 thinking", "1 text", "2 tool_use", "3 tool_use");
        assertThat(joined(events, "thinking_delta", "thinking")).isNotEmpty();
        assertThat(joined(events, "signature_delta", "signature")).isNotEmpty();
        assertThat(joined(events, "text_delta", "text")).isEqualTo("Let me look.");
        assertThat(json(joined(events, "input_json_delta", "partial_json"))
                        .path("city")
                        .isString())
                .isTrue();
        assertThat(events.stream().filter(event -> event.data().path("index").asInt(-1) == 3))
                .as("a tool without arguments sends none")
                .hasSize(2);
    }

    @Test
    void an_error_comes_first_of_all_or_in_the_middle() {
        Received first = raw("error-at=0~error=overloaded");
        Received later = raw("error-at=3");

        assertThat(first.head()).startsWith("HTTP/1.1 200 OK");
        assertThat(first.body()).doesNotContain("message_start").contains("event: error\ndata: {\"type\":\"error\"");
        assertThat(first.body()).contains("overloaded_error");
        assertThat(deltas(later)).isEqualTo(3);
        assertThat(later.body()).contains("api_error").doesNotContain("message_stop");
    }

    @Test
    void the_end_or_the_reason_for_it_is_missing() {
        assertThat(raw("no-done").body()).contains("message_delta").doesNotContain("message_stop");
        assertThat(raw("no-finish").body()).contains("message_stop").doesNotContain("message_delta");
        assertThat(raw("end-after=2").body()).endsWith("0\r\n\r\n").doesNotContain("message_delta", "message_stop");
    }

    @Test
    void a_stream_is_cut_stalls_or_is_malformed_after_so_many_tokens() {
        Received cut = raw("cut=2");
        Received stalled = raw("stall=2");
        Received malformed = raw("malformed=2");

        assertThat(deltas(cut)).isEqualTo(2);
        assertThat(cut.body()).doesNotEndWith("0\r\n\r\n");
        assertThat(deltas(stalled)).isEqualTo(2);
        assertThat(stalled.end()).isEqualTo(End.STILL_OPEN);
        assertThat(malformed.body()).contains("message_stop");
        assertThat(malformed.body().lines().filter(line -> line.startsWith("data: ") && !line.endsWith("}")))
                .hasSize(1);
        assertThat(raw("bad-chunk=2").body()).endsWith("zz\r\n");
    }

    @Test
    void an_empty_stream_has_no_blocks_and_a_silent_one_no_usage() {
        assertThat(raw("empty").body()).contains("end_turn", "message_stop").doesNotContain("content_block");
        assertThat(raw("usage=none").body()).contains("message_stop").doesNotContain("\"usage");
    }
}
