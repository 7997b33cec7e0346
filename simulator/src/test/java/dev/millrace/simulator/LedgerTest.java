package dev.millrace.simulator;

import static dev.millrace.simulator.SimulatorFixture.chatBody;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.ledger.KeyPrint;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LedgerTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private final String provider = freshProvider();

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    @Test
    void an_entry_tells_who_asked_what_and_what_was_answered() throws Exception {
        long before = System.currentTimeMillis();
        HttpResponse<String> answer = SIMULATOR.http.send(
                SIMULATOR
                        .request(SIMULATOR.server.openAiUrl(provider) + "/chat/completions")
                        .header("Idempotency-Key", "attempt-1")
                        .header("X-Correlation", "job 7")
                        .POST(HttpRequest.BodyPublishers.ofString(chatBody("sim-chat", "x".repeat(300))))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(SIMULATOR.ledger(provider)).singleElement().satisfies(entry -> {
            assertThat(entry.path("time_ms").asLong()).isBetween(before, System.currentTimeMillis());
            assertThat(entry.path("provider").stringValue()).isEqualTo(provider);
            assertThat(entry.path("format").stringValue()).isEqualTo("openai");
            assertThat(entry.path("operation").stringValue()).isEqualTo("chat");
            assertThat(entry.path("model").stringValue()).isEqualTo("sim-chat");
            assertThat(entry.path("prompt").stringValue()).isEqualTo("x".repeat(200));
            assertThat(entry.path("status").asInt()).isEqualTo(200);
            assertThat(entry.path("outcome").stringValue()).isEqualTo("answered");
            assertThat(entry.path("client_gone").asBoolean()).isFalse();
            assertThat(entry.path("request_id").stringValue())
                    .isEqualTo(answer.headers().firstValue("x-request-id").orElseThrow());
            assertThat(entry.path("idempotency_key").stringValue()).isEqualTo("attempt-1");
            assertThat(entry.at("/headers/x-correlation").stringValue()).isEqualTo("job 7");
            assertThat(entry.path("duration_ms").asDouble()).isPositive();
        });
    }

    @Test
    void a_key_is_known_by_its_print_and_shown_nowhere() throws Exception {
        SIMULATOR.ask(provider, "sim-chat");
        JsonNode entry = SIMULATOR.ledger(provider).getFirst();

        assertThat(entry.path("key").stringValue())
                .isEqualTo(KeyPrint.of(SimulatorFixture.KEY))
                .matches("sk-a#[0-9a-f]{12}");
        assertThat(entry.toString()).doesNotContain(SimulatorFixture.KEY);
        JsonNode raw = SIMULATOR.control(
                "GET", "/sim/raw?number=" + entry.path("number").asLong(), "");
        assertThat(raw.toString())
                .doesNotContain(SimulatorFixture.KEY)
                .contains("Bearer " + KeyPrint.of(SimulatorFixture.KEY));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-api-key", "X-Goog-Api-Key", "api-key", "Cookie", "Proxy-Authorization"})
    void a_key_is_shown_nowhere_whatever_header_it_came_in(String header) {
        try (RawClient client = SIMULATOR.raw()) {
            client.send("GET /p/" + provider + "/v1/models HTTP/1.1\r\nHost: x\r\nAuthorization:Bearer "
                    + SimulatorFixture.KEY + "\r\n" + header + ":" + SimulatorFixture.KEY + "\r\n\r\n");
            client.receiveThrough("sim-chat");
        }

        assertNowhereInTheLedger(SimulatorFixture.KEY);
    }

    @Test
    void a_key_in_the_query_is_shown_nowhere() throws Exception {
        SIMULATOR.get(SIMULATOR.server.openAiUrl(provider) + "/models?limit=1&key=AIza-0123456789");

        assertNowhereInTheLedger("AIza-0123456789");
        assertThat(SIMULATOR.ledger(provider).getFirst().path("target").stringValue())
                .endsWith("?limit=1&key=" + KeyPrint.of("AIza-0123456789"));
    }

    private void assertNowhereInTheLedger(String key) {
        JsonNode entry = SIMULATOR.ledger(provider).getFirst();
        JsonNode raw = SIMULATOR.control(
                "GET", "/sim/raw?number=" + entry.path("number").asLong(), "");

        assertThat(entry.toString()).doesNotContain(key);
        assertThat(raw.toString()).doesNotContain(key).contains(KeyPrint.of(key));
    }

    @Test
    void a_raw_request_shows_the_lines_and_the_body_as_they_came() throws Exception {
        String body = chatBody("sim-chat", "raw");
        SIMULATOR.post(SIMULATOR.server.openAiUrl(provider) + "/chat/completions", body);
        long number = SIMULATOR.ledger(provider).getFirst().path("number").asLong();

        JsonNode raw = SIMULATOR.control("GET", "/sim/raw?number=" + number, "");

        assertThat(raw.at("/lines/0").stringValue()).isEqualTo("POST /p/" + provider + "/v1/chat/completions HTTP/1.1");
        assertThat(raw.path("lines").toString()).contains("Content-Type: application/json");
        assertThat(raw.path("body").stringValue()).isEqualTo(body);
        assertThat(SIMULATOR.rawControl("GET", "/sim/raw?number=999999", "").statusCode())
                .isEqualTo(404);
    }

    @Test
    void a_raw_body_that_is_no_text_comes_in_base64() throws Exception {
        byte[] body = {(byte) 0xff, 0, 1};
        SIMULATOR.http.send(
                SIMULATOR
                        .request(SIMULATOR.server.openAiUrl(provider) + "/videos")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        long number = SIMULATOR.ledger(provider).getFirst().path("number").asLong();

        assertThat(Base64.getDecoder()
                        .decode(SIMULATOR
                                .control("GET", "/sim/raw?number=" + number, "")
                                .path("body_base64")
                                .stringValue()))
                .isEqualTo(body);
    }

    @Test
    void refused_and_unreadable_requests_and_unknown_paths_are_entered_as_well() throws Exception {
        SIMULATOR.post(SIMULATOR.server.openAiUrl(provider) + "/chat/completions", "{");
        SIMULATOR.get(SIMULATOR.server.openAiUrl(provider) + "/assistants");

        assertThat(SIMULATOR.ledger(provider))
                .extracting(e -> e.path("operation").stringValue() + " "
                        + e.path("status").asInt())
                .containsExactly("chat 400", "unknown 404");
    }

    @Test
    void entries_can_be_chosen_and_read_on_from_a_number() throws Exception {
        for (int i = 0; i < 4; i++) {
            SIMULATOR.ask(provider, "sim-chat-" + i % 2);
        }
        List<JsonNode> all = SIMULATOR.ledger(provider);
        long second = all.get(1).path("number").asLong();

        assertThat(entries("&model=sim-chat-1")).hasSize(2);
        assertThat(entries("&operation=video.create")).isEmpty();
        assertThat(entries("&prompt=hell")).hasSize(4);
        assertThat(entries("&since=" + second)).hasSize(2);
        assertThat(entries("&limit=1")).isEqualTo(all.subList(0, 1));
    }

    private List<JsonNode> entries(String query) {
        return SimulatorFixture.list(SIMULATOR
                .control("GET", "/sim/ledger?provider=" + provider + query, "")
                .path("entries"));
    }

    @Test
    void counts_are_exact_under_load() {
        IntStream.range(0, 400).parallel().forEach(i -> {
            try {
                SIMULATOR.ask(provider, i % 4 == 0 ? "sim-chat~status=503" : "sim-chat");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });

        JsonNode counts = SIMULATOR.control("GET", "/sim/counts?provider=" + provider, "");
        assertThat(SimulatorFixture.list(counts.path("requests")))
                .extracting(count -> count.path("status").asInt() + ": "
                        + count.path("count").asInt())
                .containsExactly("200: 300", "503: 100");
    }

    @Test
    void a_load_run_can_do_with_counts_alone_and_a_reset_begins_again_at_1() throws Exception {
        try (SimulatorFixture own = new SimulatorFixture()) {
            own.control("PUT", "/sim/record", "{\"mode\":\"counts\"}");
            own.ask(provider, "sim-chat");
            assertThat(own.ledger(provider)).isEmpty();
            assertThat(own.control("GET", "/sim/counts", "").path("received").asInt())
                    .isEqualTo(1);

            own.createVideo(provider, "sim-video", "x");
            own.control("POST", "/sim/reset", "");
            assertThat(own.control("GET", "/sim/counts", "").toString())
                    .isEqualTo("{\"received\":0,\"open\":0,\"requests\":[],\"renders\":{"
                            + "\"created_by_provider\":{},\"created\":0,\"billed_by_provider\":{},\"billed\":0}}");
            assertThat(own.renders(provider)).isEmpty();

            own.ask(provider, "sim-chat");
            assertThat(own.ledger(provider))
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.path("number").asInt()).isEqualTo(1));
        }
    }

    @Test
    void a_render_is_written_down_with_what_was_ordered_and_by_whom() throws Exception {
        String id = SIMULATOR.createVideo(provider, "sim-video", "a cat");

        assertThat(SIMULATOR.renders(provider)).singleElement().satisfies(render -> {
            assertThat(render.path("id").stringValue()).isEqualTo(id);
            assertThat(render.path("prompt").stringValue()).isEqualTo("a cat");
            assertThat(render.path("seconds").stringValue()).isEqualTo("4");
            assertThat(render.path("size").stringValue()).isEqualTo("720x1280");
            assertThat(render.path("key").stringValue()).isEqualTo(KeyPrint.of(SimulatorFixture.KEY));
            assertThat(render.path("request_number").asLong())
                    .isEqualTo(
                            SIMULATOR.ledger(provider).getFirst().path("number").asLong());
        });
        assertThat(SIMULATOR.ledger(provider).getFirst().path("render_id").stringValue())
                .isEqualTo(id);
    }
}
