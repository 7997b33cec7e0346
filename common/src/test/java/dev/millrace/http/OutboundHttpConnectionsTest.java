package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Which connection a call goes over, up to the last check before its first byte, and what closing does to them.
@DisplayNameGeneration(ReplaceUnderscores.class)
class OutboundHttpConnectionsTest {

    private final OutboundHttp http = new OutboundHttp(8, Duration.ofSeconds(2), SystemDefaultDnsResolver.INSTANCE);

    @AfterEach
    void close() {
        http.close();
    }

    @Test
    void a_last_check_that_says_no_lets_not_a_byte_go_though_the_connection_stands() throws Exception {
        var accepted = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        try (var server = RawServer.start(connection -> {
            accepted.countDown();
            try {
                connection.readToEnd();
            } finally {
                ended.countDown();
            }
        })) {
            var reply = http.send(Calls.post(server.uri("/"), "{}")
                    .fresh()
                    .checkedBy(() -> {
                        await(accepted);
                        return false;
                    })
                    .call());
            assertThat(reply).isInstanceOf(Reply.Withheld.class);
            await(ended);
            assertThat(server.connections()).hasSize(1);
            assertThat(server.bytesReceived()).isZero();
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
    void the_last_check_is_asked_anew_on_a_pooled_connection() {
        try (var server = RawServer.answering(RawServer.json("{}"))) {
            http.send(Calls.get(server.uri("/1")).call());
            assertThat(http.send(
                            Calls.get(server.uri("/2")).checkedBy(() -> false).call()))
                    .isInstanceOf(Reply.Withheld.class);
            assertThat(http.send(Calls.get(server.uri("/3")).call())).isInstanceOf(Reply.Answered.class);
            assertThat(server.requests())
                    .hasSize(2)
                    .noneMatch(request -> request.contains("/2"))
                    .anyMatch(request -> request.contains("/3"));
        }
    }

    @Test
    void a_pooled_connection_is_used_again() {
        try (var server = RawServer.answering(RawServer.json("{}"))) {
            for (int i = 0; i < 5; i++) {
                assertThat(http.send(Calls.get(server.uri("/" + i)).call())).isInstanceOf(Reply.Answered.class);
            }
            assertThat(server.connections()).hasSize(1);
            assertThat(server.requests()).hasSize(5);
        }
    }

    @Test
    void a_fresh_connection_is_one_that_nobody_used_before_and_nobody_uses_after() {
        try (var server = RawServer.answering(RawServer.json("{}"))) {
            http.send(Calls.get(server.uri("/pooled")).call());
            http.send(Calls.get(server.uri("/fresh")).fresh().call());
            http.send(Calls.get(server.uri("/fresh")).fresh().call());
            http.send(Calls.get(server.uri("/pooled")).call());
            assertThat(server.connections()).hasSize(3);
            assertThat(server.requests()).hasSize(4);
        }
    }

    @Test
    void closing_ends_what_is_under_way_with_a_lost_answer() throws Exception {
        var arrived = new CountDownLatch(1);
        try (var server = RawServer.start(connection -> {
            connection.readRequest();
            arrived.countDown();
            connection.readToEnd();
        })) {
            var reply = CompletableFuture.supplyAsync(
                    () -> http.send(Calls.get(server.uri("/")).call()));
            await(arrived);
            http.close();
            assertThat(reply.get(10, TimeUnit.SECONDS)).isInstanceOf(Reply.Lost.class);
        }
    }

    @Test
    void a_call_after_closing_was_not_sent() {
        try (var server = RawServer.answering(RawServer.json("{}"))) {
            http.close();
            assertThat(http.send(Calls.get(server.uri("/")).call())).isInstanceOf(Reply.NotSent.class);
            assertThat(server.connections()).isEmpty();
        }
    }
}
