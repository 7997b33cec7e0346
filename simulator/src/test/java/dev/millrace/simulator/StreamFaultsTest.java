package dev.millrace.simulator;

import static dev.millrace.simulator.SimulatorFixture.await;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static dev.millrace.simulator.SimulatorFixture.streamBody;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.RawClient.End;
import dev.millrace.simulator.RawClient.Received;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StreamFaultsTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();
    private static final String LAST_CHUNK = "0\r\n\r\n";

    private final String provider = freshProvider();
    private final String chat = "/p/" + provider + "/v1/chat/completions";

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private Received stream(String model) {
        try (RawClient client = SIMULATOR.raw()) {
            return client.post(chat, streamBody(model + "~close", "hello")).receive(5_000);
        }
    }

    private static List<String> events(Received received) {
        List<String> events = new ArrayList<>();
        for (String line : received.body().split("\r?\n")) {
            if (line.startsWith("data: ")) {
                events.add(line.substring("data: ".length()));
            }
        }
        return events;
    }

    private static long tokens(Received received) {
        return events(received).stream()
                .filter(e -> e.contains("{\"content\":"))
                .count();
    }

    private JsonNode lastEntry() {
        return SIMULATOR.ledger(provider).getLast();
    }

    @Test
    void a_good_stream_has_role_tokens_finish_usage_and_done_in_this_order() {
        Received received = stream("sim-chat~tokens=3");

        assertThat(received.head()).contains("content-type: text/event-stream", "x-request-id: req_");
        assertThat(events(received)).hasSize(7).satisfies(events -> {
            assertThat(events.getFirst())
                    .contains("\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}", "\"usage\":null");
            assertThat(events.get(4)).contains("\"delta\":{}", "\"finish_reason\":\"stop\"", "\"usage\":null");
            assertThat(events.get(5)).contains("\"choices\":[],\"usage\":{\"prompt_tokens\":");
            assertThat(events.getLast()).isEqualTo("[DONE]");
        });
        assertThat(tokens(received)).isEqualTo(3);
        assertThat(received.body()).endsWith(LAST_CHUNK).doesNotContain("\nid:", "event:", "\"error\"");
        assertThat(lastEntry().path("outcome").stringValue()).isEqualTo("answered");
    }

    @Test
    void usage_is_not_mentioned_to_a_caller_who_did_not_ask() {
        try (RawClient client = SIMULATOR.raw()) {
            String body = SimulatorFixture.chat("sim-chat~close", "hello")
                    .put("stream", true)
                    .toString();

            assertThat(client.post(chat, body).receive(5_000).body())
                    .contains("[DONE]")
                    .doesNotContain("usage");
        }
    }

    @Test
    void tokens_come_at_their_pace_and_the_first_one_late() {
        long before = System.nanoTime();

        stream("sim-chat~tokens=5~first-token=100ms~gap=20ms");

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(180));
    }

    @Test
    void the_role_comes_before_a_slow_first_token() {
        try (RawClient client = SIMULATOR.raw()) {
            client.post(chat, streamBody("sim-chat~first-token=1m", "hello"));

            Received received = client.receive(300);
            assertThat(received.end()).isEqualTo(End.STILL_OPEN);
            assertThat(events(received)).hasSize(1);
        }
    }

    @Test
    void a_stream_stalls_and_stays_open() {
        try (RawClient client = SIMULATOR.raw()) {
            client.post(chat, streamBody("sim-chat~tokens=9~stall=2", "hello"));

            Received received = client.receive(300);
            assertThat(received.end()).isEqualTo(End.STILL_OPEN);
            assertThat(tokens(received)).isEqualTo(2);
        }
        await(
                "its client is known to have gone",
                () -> lastEntry().path("client_gone").asBoolean());
    }

    @Test
    void a_cut_stream_ends_without_its_last_chunk() {
        Received received = stream("sim-chat~tokens=9~cut=2");

        assertThat(tokens(received)).isEqualTo(2);
        assertThat(received.end()).isEqualTo(End.CLOSED);
        assertThat(received.body()).doesNotEndWith(LAST_CHUNK).doesNotContain("[DONE]");
        assertThat(lastEntry().path("outcome").stringValue()).isEqualTo("broken");
    }

    @Test
    void a_stream_is_reset_half_way() {
        Received received = stream("sim-chat~tokens=10~gap=1ms~reset=mid-body");

        assertThat(received.end()).isEqualTo(End.RESET);
        assertThat(received.body()).doesNotContain("[DONE]");
    }

    @Test
    void a_stream_that_ends_early_in_good_order_looks_well_but_for_its_missing_end() {
        Received received = stream("sim-chat~tokens=9~end-after=2");

        assertThat(tokens(received)).isEqualTo(2);
        assertThat(received.body()).endsWith(LAST_CHUNK).doesNotContain("[DONE]", "\"finish_reason\":\"stop\"");
    }

    @Test
    void an_event_is_no_json() {
        Received received = stream("sim-chat~tokens=4~malformed=1");

        assertThat(tokens(received)).isLessThan(4);
        assertThat(events(received))
                .anySatisfy(event -> assertThat(event).startsWith("{\"id\"").doesNotEndWith("}"));
        assertThat(received.body()).contains("[DONE]").endsWith(LAST_CHUNK);
    }

    @Test
    void a_chunk_has_no_size() {
        Received received = stream("sim-chat~tokens=4~bad-chunk=2");

        assertThat(tokens(received)).isEqualTo(2);
        assertThat(received.body()).endsWith("zz\r\n");
    }

    @Test
    void an_error_is_the_first_event() {
        Received received = stream("sim-chat~error-at=0");

        assertThat(received.head()).startsWith("HTTP/1.1 200 OK");
        assertThat(tokens(received)).isZero();
        assertThat(events(received).getLast())
                .startsWith("{\"error\":{\"message\":")
                .contains("\"type\":\"server_error\"");
        assertThat(received.body()).endsWith(LAST_CHUNK);
    }

    @Test
    void an_error_comes_after_some_tokens_and_is_the_one_that_was_named() {
        Received received = stream("sim-chat~tokens=9~error-at=3~error=rate_limit_exceeded");

        assertThat(tokens(received)).isEqualTo(3);
        assertThat(events(received).getLast()).contains("\"code\":\"rate_limit_exceeded\"");
    }

    @Test
    void the_end_marker_is_missing() {
        Received received = stream("sim-chat~no-done");

        assertThat(received.body())
                .contains("\"finish_reason\":\"stop\"")
                .doesNotContain("[DONE]")
                .endsWith(LAST_CHUNK);
    }

    @Test
    void the_finish_reason_is_missing() {
        assertThat(stream("sim-chat~no-finish").body()).contains("[DONE]").doesNotContain("\"finish_reason\":\"stop\"");
    }

    @Test
    void usage_is_missing_although_asked_for() {
        assertThat(stream("sim-chat~usage=none").body()).contains("[DONE]").doesNotContain("\"usage\"");
    }

    @Test
    void usage_comes_on_the_finish_chunk() {
        assertThat(events(stream("sim-chat~usage=finish"))).satisfies(events -> {
            assertThat(events.get(events.size() - 2)).contains("\"finish_reason\":\"stop\"", "\"usage\":{\"prompt");
            assertThat(events).noneMatch(event -> event.contains("\"choices\":[]"));
        });
    }

    @Test
    void usage_comes_twice() {
        assertThat(events(stream("sim-chat~usage=twice")).stream().filter(event -> event.contains("\"usage\":{")))
                .hasSize(2);
    }

    @Test
    void the_role_is_repeated() {
        assertThat(events(stream("sim-chat~tokens=3~repeat-role")).stream()
                        .filter(event -> event.contains("\"role\":\"assistant\"")))
                .hasSize(4);
    }

    @Test
    void an_error_key_with_null_stands_in_every_chunk() {
        assertThat(events(stream("sim-chat~tokens=1~error-null")).stream().filter(e -> e.contains("\"error\":null")))
                .hasSize(4);
    }

    @Test
    void an_empty_stream_has_no_content() {
        Received received = stream("sim-chat~empty");

        assertThat(tokens(received)).isZero();
        assertThat(received.body()).contains("\"finish_reason\":\"stop\"", "[DONE]");
    }

    @Test
    void a_client_that_leaves_in_mid_stream_is_noticed() {
        try (RawClient client = SIMULATOR.raw()) {
            client.post(chat, streamBody("sim-chat~tokens=1000~gap=60ms", "hello"));
            client.receiveThrough("\"content\":\" token");
        }

        await(
                "the stream is given up",
                () -> lastEntry().path("outcome").asString("").equals("abandoned"));
        assertThat(lastEntry().path("client_gone").asBoolean()).isTrue();
    }
}
