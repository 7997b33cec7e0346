package dev.millrace.simulator;

import static dev.millrace.simulator.SimulatorFixture.await;
import static dev.millrace.simulator.SimulatorFixture.chatBody;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.RawClient.End;
import dev.millrace.simulator.RawClient.Received;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ConnectionFaultsTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private final String provider = freshProvider();
    private final String chat = "/p/" + provider + "/v1/chat/completions";

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private Received ask(String model) {
        try (RawClient client = SIMULATOR.raw()) {
            return client.post(chat, chatBody(model, "hello")).receive(5_000);
        }
    }

    private JsonNode lastEntry() {
        return SIMULATOR.ledger(provider).getLast();
    }

    @Test
    void a_connection_is_reset_before_the_body_is_read() {
        SIMULATOR.behave(provider, "chat", "*", Map.of("reset", "before-body"));
        try (RawClient client = SIMULATOR.raw()) {
            // The body never comes, and is not waited for.
            client.send("POST " + chat + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");

            assertThat(client.receive(5_000)).isEqualTo(new Received("", End.RESET));
        }
        assertThat(lastEntry().path("outcome").stringValue()).isEqualTo("reset");
        assertThat(lastEntry().path("status").asInt()).isZero();
    }

    @Test
    void a_connection_is_reset_after_the_body_has_been_read() {
        assertThat(ask("sim-chat~reset=after-body")).isEqualTo(new Received("", End.RESET));
        assertThat(lastEntry().path("prompt").stringValue()).isEqualTo("hello");
        assertThat(lastEntry().path("outcome").stringValue()).isEqualTo("reset");
    }

    @Test
    void a_connection_is_closed_in_good_order_without_an_answer() {
        assertThat(ask("sim-chat~hang-up")).isEqualTo(new Received("", End.CLOSED));
    }

    @Test
    void a_connection_is_reset_after_the_headers() {
        Received received = ask("sim-chat~reset=after-headers");

        assertThat(received.end()).isEqualTo(End.RESET);
        assertThat(received.body()).isEmpty();
    }

    @Test
    void a_connection_is_reset_in_the_middle_of_the_body() {
        Received received = ask("sim-chat~reset=mid-body");

        assertThat(received.end()).isEqualTo(End.RESET);
        assertThat(received.body().length()).isLessThan(received.statedLength() / 2 + 1);
        assertThat(lastEntry().path("outcome").stringValue()).isEqualTo("reset");
    }

    @Test
    void silence_lasts_until_the_client_gives_up_and_is_in_the_ledger_as_such() {
        try (RawClient client = SIMULATOR.raw()) {
            client.post(chat, chatBody("sim-chat~silence", "hello"));

            assertThat(client.receive(300)).isEqualTo(new Received("", End.STILL_OPEN));
            assertThat(lastEntry().path("outcome").stringValue()).isEqualTo("open");
        }
        await(
                "the silence has ended",
                () -> lastEntry().path("outcome").asString("").equals("silence"));
        assertThat(lastEntry().path("client_gone").asBoolean()).isTrue();
        assertThat(lastEntry().path("duration_ms").asDouble()).isGreaterThan(250);
    }

    @Test
    void an_answer_is_cut_after_some_bytes() {
        Received received = ask("sim-chat~cut=20");

        assertThat(received.end()).isEqualTo(End.CLOSED);
        assertThat(received.body()).hasSize(20);
        assertThat(received.statedLength()).isGreaterThan(20);
        assertThat(lastEntry().path("outcome").stringValue()).isEqualTo("broken");
    }

    @Test
    void an_answer_stalls_after_some_bytes() {
        try (RawClient client = SIMULATOR.raw()) {
            client.post(chat, chatBody("sim-chat~stall=20", "hello"));

            assertThat(client.receive(300)).satisfies(received -> {
                assertThat(received.end()).isEqualTo(End.STILL_OPEN);
                assertThat(received.body()).hasSize(20);
            });
        }
    }

    @Test
    void the_stated_length_can_be_more_than_what_comes() {
        Received received = ask("sim-chat~length=+7");

        assertThat(received.statedLength()).isEqualTo(received.body().length() + 7);
        assertThat(received.end()).isEqualTo(End.CLOSED);
    }

    @Test
    void the_stated_length_can_be_less_than_what_comes() {
        Received received = ask("sim-chat~length=-7");

        assertThat(received.statedLength()).isEqualTo(received.body().length() - 7);
    }

    @Test
    void a_chunk_with_a_size_that_is_no_number_ends_a_whole_answer() {
        Received received = ask("sim-chat~bad-chunk=10");

        assertThat(received.head()).contains("transfer-encoding: chunked").doesNotContain("content-length");
        assertThat(received.body()).startsWith("a\r\n{\"id\":\"cha").endsWith("\r\nzz\r\n");
    }

    @Test
    void an_answer_drips_byte_by_byte() {
        long before = System.nanoTime();

        Received received = ask("sim-chat~drip=1ms~close");

        assertThat(received.body()).hasSize(received.statedLength()).contains("Echo: hello");
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isGreaterThan(Duration.ofMillis(received.statedLength()));
    }

    @Test
    void a_connection_is_closed_after_an_answer_that_did_not_say_so() {
        Received received = ask("sim-chat~close");

        assertThat(received.head()).startsWith("HTTP/1.1 200 OK").doesNotContainIgnoringCase("connection:");
        assertThat(received.end()).isEqualTo(End.CLOSED);
        assertThat(lastEntry().path("outcome").stringValue()).isEqualTo("answered");
    }

    @Test
    void latency_delays_the_whole_answer() {
        long before = System.nanoTime();

        Received received = ask("sim-chat~latency=150ms~close");

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(149));
        assertThat(received.head()).startsWith("HTTP/1.1 200 OK");
    }

    @Test
    void a_client_that_leaves_while_it_waits_is_noticed() {
        try (RawClient client = SIMULATOR.raw()) {
            client.post(chat, chatBody("sim-chat~latency=200ms", "hello"));
            await("the request has arrived", () -> !SIMULATOR.ledger(provider).isEmpty());
        }

        await("the ledger says so", () -> lastEntry().path("client_gone").asBoolean());
    }
}
