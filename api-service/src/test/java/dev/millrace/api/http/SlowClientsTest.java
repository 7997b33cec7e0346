package dev.millrace.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.RawRequest;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.Submissions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Clients that send a byte now and then, each in time, and never come to an end. Here a request has two seconds.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SlowClientsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration NOW_AND_THEN = Duration.ofMillis(250);

    /// A request that is answered whoever sends it, if only with 401.
    private static final String ANSWERED = "GET /v1/jobs HTTP/1.1\r\nHost: x\r\n\r\n";

    private static final RunningApi api = start();

    private static RunningApi start() {
        try {
            return RunningApi.start(
                    Files.createTempDirectory("millrace-slow"),
                    "server.tomcat.connection-timeout=" + PATIENCE.toMillis() + "ms");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static void send(RawRequest raw, String text) throws IOException {
        raw.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// Plays a sender who drips: the same again and again, until it is let go or can not.
    private static Thread drip(RawRequest raw, String drop) {
        return Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    send(raw, drop);
                    Thread.sleep(NOW_AND_THEN);
                }
            } catch (IOException | InterruptedException closed) {
                // As it should be.
            }
        });
    }

    private static Duration untilClosed(RawRequest raw, String drop) throws IOException {
        long began = System.nanoTime();
        var dripping = drip(raw, drop);
        raw.awaitClosed();
        dripping.interrupt();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "its first line,    'G',                                    'E'",
        "a name,            'GET /livez HTTP/1.1\r\nHost: x\r\nX',  'x'",
        "a value,           'GET /livez HTTP/1.1\r\nHost: x\r\nX:', 'x'",
        "many headers,      'GET /livez HTTP/1.1\r\nHost: x\r\n',   'X: x\r\n'",
        "blank lines,       '\r\n',                                 '\r\n'"
    })
    void a_header_that_drips_is_given_up_when_its_time_is_over(String what, String beginning, String drop)
            throws IOException {
        try (var raw = new RawRequest(api.port())) {
            send(raw, beginning);

            assertThat(untilClosed(raw, drop))
                    .as(what)
                    .isBetween(PATIENCE.minus(NOW_AND_THEN), PATIENCE.plus(Duration.ofSeconds(4)));
        }
    }

    @Test
    void so_is_that_of_a_later_request_on_the_same_connection() throws IOException {
        try (var raw = new RawRequest(api.port())) {
            send(raw, ANSWERED);
            assertThat(raw.read().status()).isEqualTo(401);

            assertThat(untilClosed(raw, "G"))
                    .isBetween(PATIENCE.minus(NOW_AND_THEN), PATIENCE.plus(Duration.ofSeconds(4)));
        }
    }

    @Test
    void others_are_served_meanwhile() throws IOException {
        try (var raw = new RawRequest(api.port())) {
            send(raw, "GET /livez HTTP/1.1\r\nX: ");
            var dripping = drip(raw, "x");

            var caller = api.newCaller();
            for (int i = 0; i < 10; i++) {
                assertThat(caller.post("/v1/jobs", Submissions.chat()).status()).isEqualTo(202);
            }
            raw.awaitClosed();
            dripping.interrupt();
        }
    }

    @Test
    void an_unhurried_header_is_taken_and_its_body_has_a_time_of_its_own() throws Exception {
        var body = Submissions.chat();
        var key = api.newProject().apiKey();
        try (var raw = new RawRequest(api.port())) {
            send(raw, "POST /v1/jobs HTTP/1.1\r\nHost: x\r\n");
            // It plays a sender who takes his time, within the limits.
            Thread.sleep(PATIENCE.multipliedBy(6).dividedBy(10));
            send(
                    raw,
                    "Authorization: Bearer " + key + "\r\nContent-Type: application/json\r\nContent-Length: "
                            + body.length() + "\r\n\r\n");
            // Longer than was left of the header's time.
            Thread.sleep(PATIENCE.multipliedBy(6).dividedBy(10));
            send(raw, body);

            assertThat(raw.read().status()).isEqualTo(202);
        }
    }

    @Test
    void a_connection_rests_between_two_requests_for_longer_than_a_header_may_take() throws Exception {
        try (var raw = new RawRequest(api.port())) {
            send(raw, ANSWERED);
            assertThat(raw.read().status()).isEqualTo(401);
            // It plays a caller who has nothing to ask for a while.
            Thread.sleep(PATIENCE.plus(Duration.ofMillis(1_500)));
            send(raw, "\r\n" + ANSWERED);

            assertThat(raw.read().status()).isEqualTo(401);
        }
    }

    @Test
    void the_rest_of_a_refused_body_is_not_awaited_without_end() throws IOException {
        try (var raw = new RawRequest(api.port())) {
            send(raw, "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{");
            assertThat(raw.read().status()).isEqualTo(401);

            assertThat(untilClosed(raw, " ")).isLessThan(PATIENCE.plus(Duration.ofSeconds(4)));
        }
    }

    @Test
    void a_refused_body_that_comes_in_time_leaves_the_connection_to_the_next_request() throws IOException {
        try (var raw = new RawRequest(api.port())) {
            send(raw, "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{");
            assertThat(raw.read().status()).isEqualTo(401);
            send(raw, "        }" + ANSWERED);

            assertThat(raw.read().status()).isEqualTo(401);
        }
    }
}
