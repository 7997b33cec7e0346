package dev.millrace.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LoadLoopTest {

    private final Queue<String> bodies = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> nextStatus = new ConcurrentLinkedQueue<>();
    private final AtomicInteger received = new AtomicInteger();
    private volatile boolean closing;
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/jobs", exchange -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            received.incrementAndGet();
            var status = nextStatus.poll();
            if (closing) {
                exchange.close();
                return;
            }
            if (status != null && status == 429) {
                exchange.getResponseHeaders().add("Retry-After", "1");
            }
            exchange.sendResponseHeaders(status == null ? 202 : status, 2);
            exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void a_counted_load_sends_exactly_that_many_and_each_once() throws IOException {
        var result = run(plan(8).forCount(1_000));
        assertThat(result.done()).isTrue();
        assertThat(result.sent()).isEqualTo(1_000);
        assertThat(result.accepted()).isEqualTo(1_000);
        assertThat(result.latency().count()).isEqualTo(1_000);
        assertThat(received).hasValue(1_000);
        assertThat(bodies).doesNotHaveDuplicates();
    }

    @Test
    void senders_take_turns() throws IOException {
        var two = List.of(new Sender("a", "http://127.0.0.1:9/hooks/0"), new Sender("b", "http://127.0.0.1:9/hooks/1"));
        run(LoadPlan.closed(port(), "/v1/jobs", two, 3).forCount(100));
        assertThat(bodies).filteredOn(body -> body.contains("/hooks/1")).hasSize(50);
    }

    @Test
    void refusals_are_counted_and_are_no_accepted_jobs() throws IOException {
        nextStatus.addAll(List.of(429, 503, 202, 429));
        var result = run(plan(1).forCount(6));
        assertThat(result.refusals()).isEqualTo(3);
        assertThat(result.accepted()).isEqualTo(3);
        assertThat(result.byStatus()).containsEntry(429, 2L).containsEntry(503, 1L);
        assertThat(result.latency().count()).isEqualTo(3);
    }

    @Test
    void an_error_is_shown_with_its_body() throws IOException {
        nextStatus.add(400);
        assertThat(run(plan(1).forCount(2)).firstError()).isEqualTo("400 {}");
    }

    @Test
    void who_obeys_waits_as_long_as_a_refusal_asks() throws IOException {
        nextStatus.add(429);
        long began = System.nanoTime();
        var result = run(plan(1).obeying().forCount(2));
        assertThat(System.nanoTime() - began).isGreaterThan(1_000_000_000L);
        assertThat(result.accepted()).isEqualTo(1);
    }

    @Test
    void an_open_loop_keeps_its_rate_and_counts_from_the_intended_time() throws IOException {
        var result = run(plan(16).atRate(200).forSeconds(1));
        assertThat(result.sent()).isBetween(190L, 201L);
        assertThat(result.accepted()).isEqualTo(result.sent());
        assertThat(result.sendDelay().count()).isEqualTo(result.sent());
    }

    @Test
    void what_is_sent_in_the_lead_in_is_sent_and_not_measured() throws IOException {
        var result = run(plan(4).forSeconds(0.2).after(0.3));
        assertThat(received).hasValue((int) result.sent());
        assertThat(result.accepted()).isEqualTo(result.sent());
        assertThat(result.seconds()).isBetween(0.2, 0.4);
        assertThat(result.latency().count()).isPositive().isLessThan(result.accepted());
        assertThat(result.acceptedInTime()).isPositive().isLessThan(result.accepted());
        assertThat(result.rate()).isEqualTo(result.acceptedInTime() / result.seconds());
    }

    @Test
    void a_load_that_ends_within_its_lead_in_measures_nothing() throws IOException {
        var result = run(plan(1).forCount(3).forSeconds(1).after(600));
        assertThat(result.accepted()).isEqualTo(3);
        assertThat(result.latency().count()).isZero();
        assertThat(result.rate()).isZero();
    }

    @Test
    void a_connection_that_breaks_is_counted_and_replaced() throws IOException {
        closing = true;
        var result = run(plan(2).forCount(4));
        assertThat(result.broken()).isEqualTo(4);
        assertThat(result.accepted()).isZero();
        assertThat(result.firstError()).contains("closed");
    }

    @Test
    void a_connection_that_the_server_ends_between_two_requests_is_opened_anew_and_nothing_broke() throws Exception {
        try (var listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answerOnceAConnection(listener));
            var result = run(LoadPlan.closed(listener.getLocalPort(), "/v1/jobs", List.of(new Sender("key", "")), 1)
                    .atRate(10)
                    .forCount(3));
            assertThat(result.accepted()).isEqualTo(3);
            assertThat(result.broken()).isZero();
        }
    }

    private static void answerOnceAConnection(ServerSocket listener) {
        while (true) {
            try (var connection = listener.accept()) {
                // It comes in one piece.
                assertThat(connection.getInputStream().read(new byte[4_096])).isPositive();
                connection
                        .getOutputStream()
                        .write("HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}"
                                .getBytes(StandardCharsets.US_ASCII));
            } catch (IOException closed) {
                return;
            }
        }
    }

    @Test
    void a_load_without_end_ends_when_it_is_told_to() throws Exception {
        try (var loop = new LoadLoop(plan(2))) {
            var running = Thread.ofPlatform().start(() -> {
                try {
                    loop.run();
                } catch (IOException failure) {
                    throw new AssertionError(failure);
                }
            });
            Awaitility.await("it is under way")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> loop.result().accepted() >= 10);
            assertThat(loop.result().done()).isFalse();
            loop.stop();
            running.join(10_000);
            assertThat(loop.result().done()).isTrue();
            assertThat(loop.result().accepted()).isEqualTo(received.get());
        }
    }

    private LoadPlan plan(int connections) {
        return LoadPlan.closed(port(), "/v1/jobs", List.of(new Sender("key", "")), connections);
    }

    private int port() {
        return server.getAddress().getPort();
    }

    private static LoadResult run(LoadPlan plan) throws IOException {
        try (var loop = new LoadLoop(plan)) {
            loop.run();
            return loop.result();
        }
    }
}
