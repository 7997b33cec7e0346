package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Nothing at the other end holds a call for longer, or makes it read more, than it was given.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(30)
class OutboundHttpLimitsTest {

    private static final Duration SHORT = Duration.ofMillis(600);
    private static final Duration LONG = Duration.ofSeconds(60);

    private static OutboundHttp http(Duration connect) {
        return new OutboundHttp(4, connect, SystemDefaultDnsResolver.INSTANCE);
    }

    private static void isTimeout(Reply reply) {
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Reply.Lost.class, lost -> assertThat(lost.timeout()).isTrue());
    }

    /// Sends a byte every few milliseconds until the client is gone.
    private static RawServer dripping(String head) {
        return RawServer.start(connection -> {
            connection.readRequest();
            connection.write(head);
            while (true) {
                connection.write("x");
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX-Endless: "
            })
    void the_deadline_holds_against_an_answer_that_drips(String head) {
        try (var server = dripping(head);
                var http = http(LONG)) {
            isTimeout(http.send(Calls.get(server.uri("/")).within(SHORT).call()));
            isTimeout(http.send(Calls.get(server.uri("/")).fresh().within(SHORT).call()));
        }
    }

    @Test
    void the_deadline_holds_while_an_answer_is_streamed_to_its_reader() {
        try (var server = dripping("HTTP/1.1 200 OK\r\n\r\n");
                var http = http(LONG)) {
            var streamed = http.stream(
                    Calls.get(server.uri("/")).within(SHORT).call(), (head, body) -> body.readAllBytes().length);
            assertThat(streamed.failure()).hasValueSatisfying(OutboundHttpLimitsTest::isTimeout);
        }
    }

    @Test
    void the_deadline_holds_against_a_server_that_takes_no_bytes() {
        var endless = "x".repeat(16 << 20);
        try (var server = RawServer.start(connection -> LockSupport.parkNanos(LONG.toNanos()));
                var http = http(LONG)) {
            isTimeout(
                    http.send(Calls.post(server.uri("/"), endless).within(SHORT).call()));
        }
    }

    @Test
    void a_silence_that_outlasts_the_deadline_loses_the_answer() {
        try (var mute = RawServer.start(RawServer.Connection::readToEnd);
                var stalling = RawServer.start(connection -> {
                    connection.readRequest();
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
                    connection.readToEnd();
                });
                var http = http(LONG)) {
            for (var server : List.of(mute, stalling)) {
                isTimeout(http.send(Calls.get(server.uri("/")).within(SHORT).call()));
                isTimeout(http.send(
                        Calls.get(server.uri("/")).fresh().within(SHORT).call()));
            }
        }
    }

    @Test
    void silences_longer_than_a_connection_may_take_lose_nothing() {
        try (var server = RawServer.start(connection -> {
                    connection.readRequest();
                    LockSupport.parkNanos(Duration.ofMillis(900).toNanos());
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12");
                    LockSupport.parkNanos(Duration.ofMillis(900).toNanos());
                    connection.write("345");
                });
                var http = http(SHORT)) {
            assertThat(http.send(Calls.get(server.uri("/")).within(LONG).call()))
                    .isInstanceOf(Reply.Answered.class);
            assertThat(http.send(Calls.get(server.uri("/")).fresh().within(LONG).call()))
                    .isInstanceOf(Reply.Answered.class);
        }
    }

    @Test
    void a_connection_that_does_not_come_to_stand_in_time_means_that_nothing_was_sent() throws Exception {
        try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var filled = new Filled(full)) {
            var uri = URI.create("http://127.0.0.1:" + filled.port() + "/");
            try (var http = http(SHORT)) {
                assertThat(http.send(Calls.post(uri, "{}").within(LONG).call()))
                        .as("ended by the connect timeout")
                        .isInstanceOf(Reply.NotSent.class);
            }
            try (var http = http(LONG)) {
                assertThat(http.send(Calls.post(uri, "{}").within(SHORT).call()))
                        .as("ended by the deadline")
                        .isInstanceOf(Reply.NotSent.class);
            }
        }
    }

    @Test
    void a_call_may_give_its_connection_less_time_than_the_client_does() {
        try (var silent = RawServer.start(RawServer.Connection::readToEnd);
                var http = http(LONG)) {
            var tls = URI.create("https://127.0.0.1:" + silent.port() + "/");
            for (var call : List.of(Calls.post(tls, "{}"), Calls.post(tls, "{}").fresh())) {
                long began = System.nanoTime();
                assertThat(http.send(call.connecting(SHORT).call())).isEqualTo(new Reply.NotSent("connect timeout"));
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(SHORT, Duration.ofSeconds(5));
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void a_call_may_give_its_connection_more_time_than_others_have() throws Exception {
        var arrived = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        try (var server = RawServer.start(connection -> {
                    while (connection.readRequest()) {
                        arrived.countDown();
                        await(goOn);
                        connection.write(RawServer.json("{}"));
                    }
                });
                var narrow = new OutboundHttp(1, SHORT, LONG, SystemDefaultDnsResolver.INSTANCE);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first =
                    threads.submit(() -> narrow.send(Calls.get(server.uri("/")).call()));
            await(arrived);
            var patient = threads.submit(() ->
                    narrow.send(Calls.get(server.uri("/")).connecting(LONG).call()));
            assertThat(narrow.send(Calls.get(server.uri("/")).call()))
                    .as("of no more time than the others")
                    .isInstanceOf(Reply.NotSent.class);
            assertThat(patient.isDone()).isFalse();
            goOn.countDown();
            assertThat(first.get()).isInstanceOf(Reply.Answered.class);
            assertThat(patient.get()).isInstanceOf(Reply.Answered.class);
        }
    }

    /// Fills the queue of a listening socket that accepts nobody, so that the next connection waits for ever.
    private record Filled(int port, List<Socket> sockets) implements AutoCloseable {

        Filled(ServerSocket full) throws IOException {
            this(full.getLocalPort(), new ArrayList<>());
            try {
                for (int i = 0; i < 64; i++) {
                    var socket = new Socket();
                    sockets.add(socket);
                    socket.connect(full.getLocalSocketAddress(), 200);
                }
                throw new AssertionError("a socket that accepts nobody took 64 connections");
            } catch (java.net.SocketTimeoutException full64) {
                // The queue is full, as it should be.
            }
        }

        @Override
        public void close() throws IOException {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4_096})
    void of_a_longer_body_no_more_is_read_than_was_asked_for(int most) {
        try (var declared = RawServer.answering(RawServer.json("x".repeat(100_000)));
                var chunked = RawServer.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n"
                        + "x".repeat(0x2000) + "\r\n2000\r\n" + "x".repeat(0x2000) + "\r\n0\r\n\r\n");
                var untilClose = RawServer.start(connection -> {
                    connection.readRequest();
                    connection.write("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(100_000));
                });
                var http = http(LONG)) {
            for (var server : List.of(declared, chunked, untilClose)) {
                assertThat(http.send(Calls.get(server.uri("/")).atMost(most).call()))
                        .isInstanceOfSatisfying(
                                Reply.Answered.class,
                                answer -> assertThat(answer.body()).hasSize(most));
                assertThat(http.send(Calls.get(server.uri("/")).atMost(most).call()))
                        .as("the next call, on another connection")
                        .isInstanceOf(Reply.Answered.class);
                assertThat(server.connections()).hasSize(2);
            }
        }
    }

    @Test
    void a_body_that_stalls_or_never_ends_past_the_limit_neither_hangs_nor_spoils_the_answer() {
        try (var endless = RawServer.start(connection -> {
                    connection.readRequest();
                    connection.write("HTTP/1.1 200 OK\r\n\r\n");
                    while (true) {
                        connection.write("x".repeat(8_192));
                    }
                });
                var stalling = RawServer.start(connection -> {
                    connection.readRequest();
                    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n"
                            + "x".repeat(0x1000) + "\r\n");
                    connection.readToEnd();
                });
                var declaring = RawServer.start(connection -> {
                    connection.readRequest();
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + "x".repeat(0x1000));
                    connection.readToEnd();
                });
                var http = http(LONG)) {
            for (var server : List.of(endless, stalling, declaring)) {
                assertThat(http.send(Calls.get(server.uri("/"))
                                .within(LONG)
                                .atMost(0x1000)
                                .call()))
                        .isInstanceOfSatisfying(
                                Reply.Answered.class,
                                answer -> assertThat(answer.body()).hasSize(0x1000));
            }
        }
    }

    @Test
    void an_answer_that_was_not_read_to_its_end_gives_its_slot_back() {
        try (var server = RawServer.answering(RawServer.json("x".repeat(100_000)));
                var narrow = new OutboundHttp(1, SHORT, SystemDefaultDnsResolver.INSTANCE)) {
            for (int i = 0; i < 5; i++) {
                var call = Calls.get(server.uri("/")).atMost(10);
                assertThat(narrow.send((i % 2 == 0 ? call : call.fresh()).call()))
                        .isInstanceOf(Reply.Answered.class);
            }
        }
    }

    @Test
    void a_body_of_exactly_the_limit_is_whole_and_its_connection_is_kept() {
        try (var server = RawServer.answering(RawServer.json("12345"));
                var http = http(LONG)) {
            for (int i = 0; i < 3; i++) {
                assertThat(http.send(Calls.get(server.uri("/")).atMost(5).call()))
                        .isInstanceOfSatisfying(
                                Reply.Answered.class,
                                answer -> assertThat(new String(answer.body(), StandardCharsets.US_ASCII))
                                        .isEqualTo("12345"));
            }
            assertThat(server.connections()).hasSize(1);
        }
    }

    @Test
    void an_answer_without_a_body_is_whole() {
        try (var server = RawServer.answering("HTTP/1.1 204 No Content\r\n\r\n");
                var http = http(LONG)) {
            assertThat(http.send(Calls.post(server.uri("/"), "{}").call()))
                    .isInstanceOfSatisfying(
                            Reply.Answered.class,
                            answer -> assertThat(answer.body()).isEmpty());
        }
    }
}
