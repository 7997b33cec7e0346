package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(30)
class LiveCallTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nX-One: 1\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final OutboundHttp http = new OutboundHttp(1, LONG, SystemDefaultDnsResolver.INSTANCE);

    @AfterEach
    void close() {
        http.close();
    }

    private Opened open(URI uri, Duration connect, Duration firstByte) {
        return http.open(Calls.post(uri, "{}").within(LONG).call(), connect, firstByte);
    }

    private LiveCall live(URI uri) {
        return live(open(uri, LONG, LONG));
    }

    private static LiveCall live(Opened opened) {
        assertThat(opened).isInstanceOf(Opened.Live.class);
        return ((Opened.Live) opened).call();
    }

    private static Reply failed(Opened opened) {
        assertThat(opened).isInstanceOf(Opened.Failed.class);
        return ((Opened.Failed) opened).reply();
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    /// Sends a head and a first piece, and waits for the client to go.
    private static RawServer beginning() {
        return RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write(CHUNKED + chunk("one"));
            }
        });
    }

    private static IOException readingFails(InputStream body) {
        var thrown = new AtomicReference<IOException>();
        assertThatThrownBy(() -> {
                    try {
                        body.readAllBytes();
                    } catch (IOException failure) {
                        thrown.set(failure);
                        throw failure;
                    }
                })
                .isInstanceOf(IOException.class);
        return java.util.Objects.requireNonNull(thrown.get());
    }

    @Test
    void the_head_is_here_before_the_body() throws IOException {
        try (var server = beginning();
                var live = live(server.uri("/"))) {
            assertThat(live.status()).isEqualTo(200);
            assertThat(live.head().header("x-one")).hasValue("1");
            assertThat(new String(live.body().readNBytes(3), StandardCharsets.US_ASCII))
                    .isEqualTo("one");
        }
    }

    @Test
    void a_head_that_does_not_come_in_time_is_lost() {
        try (var server = RawServer.start(RawServer.Connection::readToEnd)) {
            assertThat(failed(open(server.uri("/"), LONG, SHORT))).isEqualTo(new Reply.Lost("timeout", true));
        }
    }

    @Test
    void a_slot_that_does_not_come_free_in_time_means_that_nothing_was_sent() {
        try (var server = beginning();
                var live = live(server.uri("/"))) {
            assertThat(failed(open(server.uri("/"), SHORT, LONG))).isInstanceOf(Reply.NotSent.class);
            assertThat(server.requests()).hasSize(1);
            assertThat(live.status()).isEqualTo(200);
        }
    }

    @Test
    void a_slow_answer_is_not_taken_for_a_slow_connection() {
        try (var server = RawServer.start(connection -> {
                    connection.readRequest();
                    pause(SHORT.multipliedBy(2));
                    connection.write(CHUNKED + "0\r\n\r\n");
                });
                var live = live(open(server.uri("/"), SHORT, LONG))) {
            assertThat(live.status()).isEqualTo(200);
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void what_is_expected_of_the_body_goes_on_from_the_head() {
        try (var server = beginning();
                var live = live(open(server.uri("/"), LONG, SHORT))) {
            var failure = readingFails(live.body());
            assertThat(live.lost(failure)).hasValue(new Reply.Lost("timeout", true));
        }
    }

    @Test
    void a_wait_can_be_shortened_and_is_over_when_nothing_is_expected() {
        try (var server = RawServer.start(connection -> {
                    connection.readRequest();
                    connection.write(CHUNKED + chunk("one"));
                    pause(SHORT.multipliedBy(2));
                    connection.write(chunk("two"));
                    connection.readToEnd();
                });
                var live = live(open(server.uri("/"), LONG, LONG))) {
            live.expectWithin(SHORT);
            live.expectNothing();
            assertThat(live.body().readNBytes(6)).hasSize(6);
            live.expectWithin(LONG);
            live.expectWithin(SHORT);
            assertThat(live.lost(readingFails(live.body()))).hasValue(new Reply.Lost("timeout", true));
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    @Test
    void a_wait_can_be_lengthened() throws IOException {
        try (var server = RawServer.start(connection -> {
                    connection.readRequest();
                    connection.write(CHUNKED);
                    for (int i = 0; i < 6; i++) {
                        pause(Duration.ofMillis(150));
                        connection.write(chunk("x"));
                    }
                    connection.write("0\r\n\r\n");
                });
                var live = live(server.uri("/"))) {
            for (int i = 0; i < 6; i++) {
                live.expectWithin(Duration.ofMillis(600));
                assertThat(live.body().read()).isEqualTo('x');
            }
            assertThat(live.body().read()).isEqualTo(-1);
        }
    }

    @Test
    void the_deadline_of_the_call_holds_whatever_is_expected() {
        try (var server = beginning()) {
            var live = live(
                    http.open(Calls.post(server.uri("/"), "{}").within(SHORT).call(), LONG, LONG));
            live.expectWithin(LONG);
            assertThat(live.lost(readingFails(live.body()))).hasValue(new Reply.Lost("timeout", true));
            live.close();
        }
    }

    @Test
    void a_reset_is_told_from_a_timeout() {
        try (var server = RawServer.start(connection -> {
                    connection.readRequest();
                    connection.write(CHUNKED + chunk("one"));
                    pause(Duration.ofMillis(100));
                    connection.reset();
                });
                var live = live(server.uri("/"))) {
            assertThat(live.lost(readingFails(live.body())))
                    .hasValueSatisfying(lost -> assertThat(lost.timeout()).isFalse());
        }
    }

    @Test
    void closing_from_another_thread_ends_the_reading_and_the_connection() throws Exception {
        var gone = new CountDownLatch(1);
        try (var server = RawServer.start(connection -> {
            connection.readRequest();
            connection.write(CHUNKED + chunk("one"));
            try {
                connection.readToEnd();
            } finally {
                gone.countDown();
            }
        })) {
            var live = live(server.uri("/"));
            var failure = new AtomicReference<IOException>();
            var reader = Thread.ofVirtual().start(() -> failure.set(readingFails(live.body())));
            live.close();
            live.close();
            reader.join(LONG);
            assertThat(live.lost(java.util.Objects.requireNonNull(failure.get())))
                    .isEmpty();
            gone.await();
        }
    }

    @Test
    void a_body_that_was_read_to_its_end_gives_its_connection_back() throws IOException {
        try (var server = RawServer.answering(CHUNKED + chunk("one") + "0\r\n\r\n")) {
            for (int i = 0; i < 3; i++) {
                try (var live = live(server.uri("/"))) {
                    assertThat(live.body().readAllBytes()).hasSize(3);
                }
            }
            assertThat(server.connections()).hasSize(1);
        }
    }

    @Test
    void one_that_was_not_is_cut_and_gives_its_slot_back() {
        try (var server = beginning()) {
            for (int i = 0; i < 3; i++) {
                live(server.uri("/")).close();
            }
            assertThat(server.connections()).hasSize(3);
        }
    }

    @Test
    void the_rest_of_a_finished_answer_is_awaited_for_a_moment() throws IOException {
        try (var server = RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write(CHUNKED + chunk("one"));
                connection.write("0\r\n\r\n");
            }
        })) {
            for (int i = 0; i < 3; i++) {
                var live = live(server.uri("/"));
                assertThat(live.body().readNBytes(3)).hasSize(3);
                live.finish();
            }
            assertThat(server.connections()).hasSize(1);
        }
    }

    @Test
    void but_no_longer() throws IOException {
        try (var server = beginning()) {
            var live = live(server.uri("/"));
            assertThat(live.body().readNBytes(3)).hasSize(3);
            live.finish();
            assertThat(live(server.uri("/")).status()).isEqualTo(200);
            assertThat(server.connections()).hasSize(2);
        }
    }

    @Test
    void an_answer_in_one_piece_is_read_and_bounded() {
        try (var server = RawServer.answering(RawServer.answer("503 Away", "text/plain", "0123456789"))) {
            var call = Calls.post(server.uri("/"), "{}").atMost(4).call();
            assertThat(live(http.open(call, LONG, LONG)).whole())
                    .isInstanceOfSatisfying(Reply.Answered.class, answer -> {
                        assertThat(answer.status()).isEqualTo(503);
                        assertThat(answer.body()).hasSize(4);
                    });
        }
    }

    @Test
    void nobody_there_means_that_nothing_was_sent() {
        assertThat(failed(open(URI.create("http://127.0.0.1:1/"), LONG, LONG))).isInstanceOf(Reply.NotSent.class);
    }

    @Test
    void a_last_check_that_says_no_lets_nothing_go() {
        try (var server = beginning()) {
            var call = Calls.post(server.uri("/"), "{}").checkedBy(() -> false).call();
            assertThat(failed(http.open(call, LONG, LONG))).isEqualTo(new Reply.Withheld());
            assertThat(server.bytesReceived()).isZero();
        }
    }
}
