package dev.millrace.simulator;

import static dev.millrace.simulator.SimulatorFixture.chatBody;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.RawClient.End;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class HttpServerTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();
    private static final String CHAT = "/v1/chat/completions";

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    @Test
    void one_connection_carries_many_requests() {
        try (RawClient client = SIMULATOR.raw()) {
            for (int i = 0; i < 3; i++) {
                client.post(CHAT, chatBody("sim-chat", "number " + i));
                assertThat(client.receiveThrough("\"system_fingerprint\":null}"))
                        .startsWith("HTTP/1.1 200 OK")
                        .contains("Echo: number " + i);
            }
        }
    }

    @Test
    void requests_sent_in_one_go_are_answered_in_turn() {
        try (RawClient client = SIMULATOR.raw()) {
            client.send(RawClient.request("POST", CHAT, chatBody("sim-chat", "first"))
                    + RawClient.request("POST", CHAT, chatBody("sim-chat", "second")));

            assertThat(client.receiveThrough("Echo: second")).contains("Echo: first");
        }
    }

    @Test
    void a_connection_is_closed_when_the_client_asks_for_it() {
        try (RawClient client = SIMULATOR.raw()) {
            client.send("GET /sim/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

            assertThat(client.receive(5_000)).satisfies(received -> {
                assertThat(received.end()).isEqualTo(End.CLOSED);
                assertThat(received.body()).isEqualTo("{\"status\":\"up\"}");
            });
        }
    }

    @Test
    void a_body_may_come_in_chunks_with_extensions_and_trailers() {
        String body = chatBody("sim-chat", "in pieces");
        int half = body.length() / 2;
        try (RawClient client = SIMULATOR.raw()) {
            client.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nauthorization: Bearer some-key-123\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n");
            client.send(Integer.toHexString(half) + ";name=value\r\n" + body.substring(0, half) + "\r\n");
            client.send(Integer.toHexString(body.length() - half) + "\r\n" + body.substring(half)
                    + "\r\n0\r\nX-Trailer: x\r\n\r\n");

            assertThat(client.receiveThrough("system_fingerprint")).contains("Echo: in pieces");
        }
    }

    @Test
    void a_client_that_expects_100_continue_gets_it_before_it_sends_its_body() {
        String body = chatBody("sim-chat", "may I?");
        try (RawClient client = SIMULATOR.raw()) {
            client.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer some-key-123\r\n"
                    + "Expect: 100-continue\r\nContent-Length: " + body.length() + "\r\n\r\n");
            assertThat(client.receiveThrough("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");

            client.send(body);
            assertThat(client.receiveThrough("system_fingerprint")).contains("HTTP/1.1 200 OK", "Echo: may I?");
        }
    }

    @Test
    void text_beyond_ascii_survives_the_way_there_and_back() throws Exception {
        String prompt = "Grüße 🚀 \"quoted\"\n\tend \\ " + (char) 0x01;

        var answer = SIMULATOR.post(SIMULATOR.server.baseUrl() + CHAT, chatBody("sim-chat", prompt));

        assertThat(SimulatorFixture.JSON
                        .readTree(answer.body())
                        .at("/choices/0/message/content")
                        .stringValue())
                .isEqualTo("Echo: " + prompt);
    }

    @Test
    void what_is_no_http_is_answered_with_400_and_an_end() {
        try (RawClient client = SIMULATOR.raw()) {
            client.send("hello there\r\n\r\n");

            assertThat(client.receive(5_000)).satisfies(received -> {
                assertThat(received.head()).startsWith("HTTP/1.1 400 ");
                assertThat(received.end()).isEqualTo(End.CLOSED);
            });
        }
    }

    @Test
    void a_head_without_end_is_refused_before_it_fills_the_memory() {
        try (RawClient client = SIMULATOR.raw()) {
            client.send("GET / HTTP/1.1\r\nX-Long: " + "x".repeat(70_000));

            assertThat(client.receive(5_000).head()).startsWith("HTTP/1.1 431 ");
        }
    }

    @Test
    void a_body_beyond_the_limit_is_refused_by_its_stated_length() {
        try (RawClient client = SIMULATOR.raw()) {
            client.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");

            assertThat(client.receive(5_000).head()).startsWith("HTTP/1.1 413 ");
        }
    }

    @Test
    void content_length_counts_bytes() {
        try (RawClient client = SIMULATOR.raw()) {
            client.post(CHAT, chatBody("sim-chat~close", "ä🚀"));

            RawClient.Received received = client.receive(5_000);
            assertThat(received.statedLength()).isEqualTo(received.body().getBytes(StandardCharsets.UTF_8).length);
        }
    }
}
