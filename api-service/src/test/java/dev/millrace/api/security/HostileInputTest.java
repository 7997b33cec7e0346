package dev.millrace.api.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.RawRequest;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.Submissions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// Bodies and clients that mean harm: refused within 100 ms, without more memory than their own bytes, and without
/// anybody else noticing.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class HostileInputTest {

    /// The number is 100 ms; a bound in a test is three times the number, since machines differ.
    private static final Duration AT_ONCE = Duration.ofMillis(300);

    private static final RunningApi api = SharedApi.get();
    private static final String key = api.newProject().apiKey();
    private static final ApiClient caller = api.withKey(key);

    /// The answer to a body that never comes whole, and how long it took.
    private record GivenUp(Reply reply, Duration after) {}

    /// Both take the whole deadline, while the other tests run.
    private static final CompletableFuture<GivenUp> SILENT = givenUp(raw -> {});

    private static final CompletableFuture<GivenUp> DRIPPING = givenUp(HostileInputTest::drip);

    @BeforeAll
    static void warm() {
        for (int i = 0; i < 50; i++) {
            caller.post("/v1/jobs", "{");
            caller.submitChat();
        }
    }

    @Test
    void ten_thousand_levels() {
        var nested = Submissions.chatWith(",\"a\":" + "[".repeat(10_000) + "]".repeat(10_000));
        var objects = Submissions.chatWith(",\"a\":" + "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000));
        var content = "{\"kind\":\"chat\",\"request\":{\"model\":\"test-chat\",\"messages\":[{\"content\":"
                + "[".repeat(10_000) + "]".repeat(10_000) + "}]}}";

        for (var body : new String[] {nested, objects, content}) {
            var reply = atOnce(() -> caller.post("/v1/jobs", body));
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.message()).contains("64");
        }
    }

    @Test
    void ten_thousand_levels_do_not_reach_the_fingerprint_either() {
        var reply = caller.with("Idempotency-Key", "deep")
                .post("/v1/jobs", Submissions.chatWith(",\"a\":" + "[".repeat(10_000) + "]".repeat(10_000)));

        assertThat(reply.status()).isEqualTo(400);
    }

    @Test
    void as_many_keys_as_a_body_can_hold() {
        var keys = IntStream.range(0, 100_000)
                .mapToObj(i -> "\"" + Integer.toString(i, 36) + "\":1")
                .collect(Collectors.joining(","));
        var body = Submissions.chatWith(",\"a\":{" + keys + "}");
        assertThat(body.length()).isLessThan(1024 * 1024);

        assertThat(atOnce(() -> caller.post("/v1/jobs", body)).status()).isEqualTo(400);
    }

    @Test
    void a_million_keys() {
        var keys =
                IntStream.range(0, 1_000_000).mapToObj(i -> "\"k" + i + "\":1").collect(Collectors.joining(","));

        var body = Submissions.chatWith(",\"a\":{" + keys + "}").getBytes(StandardCharsets.US_ASCII);

        var reply = atOnce(() -> sendWhileReading(body));

        assertThat(reply.status()).isEqualTo(413);
    }

    @Test
    void a_hundred_megabytes_are_refused_before_they_are_sent() throws IOException {
        long before = allocated();
        try (var raw = new RawRequest(api.port())) {
            long began = System.nanoTime();
            raw.write(("POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                            + "\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            raw.write(new byte[64 * 1024]);
            var reply = raw.read();

            assertThat(reply.status()).isEqualTo(413);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AT_ONCE);
        }
        // Whatever else the service does meanwhile is in this too; the body alone would be 100 MB and more.
        assertThat(allocated() - before).as("bytes on the heap").isLessThan(60_000_000);
    }

    @Test
    void a_hundred_megabytes_that_hide_their_length_are_cut_off_at_the_limit() throws IOException {
        try (var raw = new RawRequest(api.port())) {
            raw.write(("POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                            + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            var chunk = ("10000\r\n" + "[".repeat(65_536) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 17; i++) {
                raw.write(chunk);
            }
            long began = System.nanoTime();

            assertThat(raw.read().status()).isEqualTo(413);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AT_ONCE);
        }
    }

    @Test
    void a_hundred_clients_that_send_a_byte_at_a_time_stop_nobody() throws IOException {
        var slow = new ArrayList<RawRequest>();
        try {
            for (int i = 0; i < 100; i++) {
                var headers = new RawRequest(api.port());
                headers.write("POST /v1/jobs HTTP/1.1\r\nHos".getBytes(StandardCharsets.US_ASCII));
                slow.add(headers);
                var body = new RawRequest(api.port());
                begin(body);
                slow.add(body);
            }

            for (int i = 0; i < 20; i++) {
                assertThat(atOnce(() -> caller.post("/v1/jobs", Submissions.chat()))
                                .status())
                        .isEqualTo(202);
            }
        } finally {
            for (var one : slow) {
                one.close();
            }
        }
    }

    @Test
    void a_body_that_does_not_come_is_given_up() {
        isGivenUp(SILENT.join());
    }

    @Test
    void a_body_that_drips_is_given_up_as_soon() {
        isGivenUp(DRIPPING.join());
    }

    private static void isGivenUp(GivenUp call) {
        assertThat(call.reply().status()).isEqualTo(408);
        assertThat(call.after()).isLessThan(Duration.ofSeconds(15));
    }

    /// @param goOn with a body of which one byte has been sent
    private static CompletableFuture<GivenUp> givenUp(Consumer<RawRequest> goOn) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (var raw = new RawRequest(api.port())) {
                        begin(raw);
                        long began = System.nanoTime();
                        var sending = Thread.startVirtualThread(() -> goOn.accept(raw));
                        var reply = raw.read();
                        sending.interrupt();
                        return new GivenUp(reply, Duration.ofNanos(System.nanoTime() - began));
                    } catch (IOException failure) {
                        throw new java.io.UncheckedIOException(failure);
                    }
                },
                Thread::startVirtualThread);
    }

    private static void drip(RawRequest raw) {
        try {
            while (true) {
                raw.write(new byte[] {' '});
                Thread.sleep(Duration.ofMillis(200));
            }
        } catch (IOException | InterruptedException refused) {
            // As it should be.
        }
    }

    private static void begin(RawRequest raw) throws IOException {
        raw.write(("POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                        + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
                .getBytes(StandardCharsets.US_ASCII));
    }

    /// The answer comes while the body is still being sent.
    private static Reply sendWhileReading(byte[] body) {
        try (var raw = new RawRequest(api.port())) {
            Thread.startVirtualThread(() -> {
                try {
                    raw.write(("POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                                    + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
                    raw.write(body);
                } catch (IOException refused) {
                    // As it should be.
                }
            });
            return raw.read();
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    /// The best of a few tries: the limit is the server's, not the test machine's moment.
    private static Reply atOnce(Supplier<Reply> call) {
        for (int i = 0; ; i++) {
            long began = System.nanoTime();
            var reply = call.get();
            var took = Duration.ofNanos(System.nanoTime() - began);
            if (took.compareTo(AT_ONCE) <= 0 || i == 9) {
                assertThat(took).isLessThanOrEqualTo(AT_ONCE);
                return reply;
            }
        }
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }
}
