package dev.millrace.provider.openai;

import static dev.millrace.provider.openai.RawStreams.ADAPTER;
import static dev.millrace.provider.openai.RawStreams.DONE;
import static dev.millrace.provider.openai.RawStreams.HI;
import static dev.millrace.provider.openai.RawStreams.LONG;
import static dev.millrace.provider.openai.RawStreams.REQUEST;
import static dev.millrace.provider.openai.RawStreams.ROLE;
import static dev.millrace.provider.openai.RawStreams.STOP;
import static dev.millrace.provider.openai.RawStreams.WHOLE;
import static dev.millrace.provider.openai.RawStreams.answer;
import static dev.millrace.provider.openai.RawStreams.call;
import static dev.millrace.provider.openai.RawStreams.chunk;
import static dev.millrace.provider.openai.RawStreams.delta;
import static dev.millrace.provider.openai.RawStreams.failure;
import static dev.millrace.provider.openai.RawStreams.open;
import static dev.millrace.provider.openai.RawStreams.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ChatAdapter.Opening;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Heard;
import dev.millrace.provider.Patience;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Quirk;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// A stream of an OpenAI-compatible endpoint, as a call over HTTP.
@DisplayNameGeneration(ReplaceUnderscores.class)
class OpenAiStreamTest {

    private String sent(String request, Quirk... quirks) {
        try (var provider = RawServer.answering(answer("text/event-stream", WHOLE + DONE))) {
            var opening = ADAPTER.open(
                    target(provider.uri("/v1"), quirks), call(request, false), new Patience(LONG, LONG, LONG));
            Heard.of(Heard.streaming(opening));
            var text = provider.requests().getFirst();
            return text.substring(text.indexOf("\r\n\r\n") + 4);
        }
    }

    @Test
    void a_stream_of_no_or_a_plain_type_is_a_stream() {
        for (var head : new String[] {"", "Content-Type: text/plain\r\n"}) {
            var events = WHOLE + DONE;
            try (var provider = RawServer.answering(
                    "HTTP/1.1 200 OK\r\n" + head + "Content-Length: " + events.length() + "\r\n\r\n" + events)) {
                assertThat(Heard.of(Heard.streaming(open(provider.uri("/v1"), false)))
                                .text(0))
                        .isEqualTo("hi");
            }
        }
    }

    @Test
    void the_connection_is_used_again_after_the_end() {
        try (var provider = RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + Integer.toHexString((WHOLE + DONE).length()) + "\r\n" + WHOLE + DONE + "\r\n");
                connection.write("0\r\n\r\n");
            }
        })) {
            for (int i = 0; i < 3; i++) {
                assertThat(Heard.of(Heard.streaming(open(provider.uri("/v1"), false)))
                                .text(0))
                        .isEqualTo("hi");
            }
            assertThat(provider.connections()).hasSize(1);
        }
    }

    @Test
    void usage_is_always_asked_for_unless_the_provider_refuses_the_option() {
        assertThat(sent(REQUEST)).contains("\"stream\":true", "\"stream_options\":{\"include_usage\":true}");
        var options = REQUEST.replace(
                "\"stream\":true", "\"stream_options\":{\"include_usage\":false,\"include_obfuscation\":false}");
        assertThat(sent(options))
                .contains("\"stream\":true", "\"include_usage\":true", "\"include_obfuscation\":false");
        assertThat(sent(options, Quirk.NO_USAGE_OPTION))
                .contains("\"stream\":true")
                .doesNotContain("stream_options");
    }

    @Test
    void a_parameter_that_may_go_is_told_by_the_stream_and_one_that_may_not_is_refused_before_anything_is_sent() {
        var traits = new Traits(Set.of(), Set.of("seed"), Optional.empty(), 0);
        var request = REQUEST.replace("{\"model\"", "{\"seed\":7,\"model\"").getBytes(StandardCharsets.UTF_8);
        try (var provider = RawServer.answering(answer("text/event-stream", WHOLE + DONE))) {
            var target = new Target("raw", provider.uri("/v1"), "upstream", Simulated.KEY, LONG, traits);
            var patience = new Patience(LONG, LONG, LONG);
            assertThat(ADAPTER.open(target, new ChatCall(request, "public", Set.of(), false), patience))
                    .isInstanceOfSatisfying(
                            Opening.Failed.class,
                            failed -> assertThat(failed.outcome()).isInstanceOf(ProviderOutcome.Unfit.class));
            assertThat(provider.requests()).isEmpty();
            var stream = Heard.streaming(
                    ADAPTER.open(target, new ChatCall(request, "public", Set.of("seed"), false), patience));
            assertThat(stream.dropped()).containsExactly("seed");
            assertThat(Heard.of(stream).text(0)).isEqualTo("hi");
            assertThat(provider.requests().getFirst()).doesNotContain("seed");
        }
    }

    @Test
    void a_reader_that_takes_its_time_is_not_taken_for_a_slow_provider() throws InterruptedException {
        var read = new CountDownLatch(1);
        var patience = Duration.ofMillis(300);
        try (var provider = RawServer.start(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + ROLE + HI);
            try {
                read.await();
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
            connection.write(HI + chunk(STOP) + DONE);
        })) {
            var stream = Heard.streaming(ADAPTER.open(
                    target(provider.uri("/v1")), call(REQUEST, false), new Patience(LONG, patience, patience)));
            stream.next();
            stream.next();
            Thread.sleep(patience.multipliedBy(2));
            read.countDown();
            assertThat(Heard.of(stream).text(0)).isEqualTo("hi");
        }
    }

    @Test
    void comments_and_chunks_without_a_token_do_not_make_a_provider_quicker() {
        try (var provider = RawServer.start(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + ROLE + HI);
            while (true) {
                connection.write(": ping\n\n" + delta("\"content\":\"\""));
                try {
                    Thread.sleep(20);
                } catch (InterruptedException interrupted) {
                    throw new AssertionError(interrupted);
                }
            }
        })) {
            var heard = Heard.of(Heard.streaming(ADAPTER.open(
                    target(provider.uri("/v1")),
                    call(REQUEST, false),
                    new Patience(LONG, LONG, Duration.ofMillis(300)))));
            assertThat(failure(heard).kind()).isEqualTo("timeout");
        }
    }
}
