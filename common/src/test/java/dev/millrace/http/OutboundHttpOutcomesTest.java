package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is said of a call that came to no answer: that nothing was sent, or that the answer is lost.
@DisplayNameGeneration(ReplaceUnderscores.class)
class OutboundHttpOutcomesTest {

    private final OutboundHttp http = new OutboundHttp(8, Duration.ofSeconds(2), SystemDefaultDnsResolver.INSTANCE);

    @AfterEach
    void close() {
        http.close();
    }

    @Test
    void a_connection_that_is_refused_means_that_nothing_was_sent() {
        int port;
        try (var server = RawServer.answering("")) {
            port = server.port();
        }
        assertThat(http.send(Calls.post(URI.create("http://127.0.0.1:" + port + "/"), "{}")
                        .call()))
                .isInstanceOf(Reply.NotSent.class);
    }

    @Test
    void a_name_that_nobody_knows_means_that_nothing_was_sent() {
        var names = new DnsResolver() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                throw new UnknownHostException(host);
            }

            @Override
            public String resolveCanonicalHostname(String host) throws UnknownHostException {
                throw new UnknownHostException(host);
            }
        };
        try (var ours = new OutboundHttp(2, Duration.ofSeconds(2), names)) {
            assertThat(ours.send(Calls.get(URI.create("http://nobody.example/")).call()))
                    .isInstanceOfSatisfying(
                            Reply.NotSent.class, not -> assertThat(not.reason()).contains("nobody.example"));
        }
    }

    @Test
    void a_call_that_finds_no_free_slot_in_time_was_not_sent() throws Exception {
        var arrived = new CountDownLatch(1);
        try (var server = RawServer.start(connection -> {
                    connection.readRequest();
                    arrived.countDown();
                    connection.readToEnd();
                });
                var narrow = new OutboundHttp(1, Duration.ofMillis(300), SystemDefaultDnsResolver.INSTANCE)) {
            var first = CompletableFuture.supplyAsync(
                    () -> narrow.send(Calls.get(server.uri("/1")).call()));
            assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(narrow.send(Calls.get(server.uri("/2")).call())).isInstanceOf(Reply.NotSent.class);
            assertThat(server.requests()).hasSize(1);
            server.close();
            assertThat(first.get(10, TimeUnit.SECONDS)).isInstanceOf(Reply.Lost.class);
        }
    }

    @Test
    void a_handshake_that_never_ends_means_that_nothing_was_sent() {
        try (var silent = RawServer.start(RawServer.Connection::readToEnd);
                var ours = new OutboundHttp(2, Duration.ofMillis(300), SystemDefaultDnsResolver.INSTANCE)) {
            var tls = URI.create("https://127.0.0.1:" + silent.port() + "/");
            assertThat(ours.send(Calls.post(tls, "{}").call()))
                    .as("ended by the connect timeout")
                    .isInstanceOf(Reply.NotSent.class);
        }
        try (var silent = RawServer.start(RawServer.Connection::readToEnd);
                var ours = new OutboundHttp(2, Duration.ofSeconds(60), SystemDefaultDnsResolver.INSTANCE)) {
            var tls = URI.create("https://127.0.0.1:" + silent.port() + "/");
            assertThat(ours.send(
                            Calls.post(tls, "{}").within(Duration.ofMillis(300)).call()))
                    .as("ended by the deadline")
                    .isInstanceOf(Reply.NotSent.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTT",
                "HTTP/1.1 200 OK\r\nContent-Le",
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n12345\r\n0\r\n\r\n",
                "no http at all\r\n\r\n"
            })
    void once_the_first_byte_may_have_arrived_an_answer_that_does_not_come_whole_is_lost(String answer) {
        try (var server = RawServer.start(connection -> {
            connection.readRequest();
            connection.write(answer);
        })) {
            assertThat(http.send(Calls.post(server.uri("/"), "{}").call()))
                    .isInstanceOfSatisfying(
                            Reply.Lost.class, lost -> assertThat(lost.timeout()).isFalse());
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void a_reader_that_fails_loses_the_answer_and_its_connection() {
        try (var server = RawServer.answering(RawServer.json("{\"a\":1}"))) {
            var streamed = http.stream(Calls.get(server.uri("/")).call(), (head, body) -> {
                throw new IOException("no room left");
            });
            assertThat(streamed.value()).isEmpty();
            assertThat(streamed.failure())
                    .hasValueSatisfying(reply -> assertThat(reply)
                            .isInstanceOfSatisfying(
                                    Reply.Lost.class,
                                    lost -> assertThat(lost.reason()).contains("no room left")));
            http.send(Calls.get(server.uri("/")).call());
            assertThat(server.connections()).hasSize(2);
        }
    }
}
