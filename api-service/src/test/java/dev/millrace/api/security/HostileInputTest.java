package dev.millrace.api.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.RawRequest;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.Submissions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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

    private static final Duration AT_ONCE = Duration.ofMillis(100);

    /// The median of these counts: the number is the server's, not a moment of the machine's.
    private static final int TRIES = 9;

    /// Bytes of heap that a call may take all in all, in the server and in this client of it.
    private static final long LITTLE = 1_000_000;

    private static final RunningApi api = SharedApi.get();
    private static final String key = api.newProject().apiKey();
    private static final ApiClient caller = api.withKey(key);

    /// The answer to a body that never comes whole, and how long it took.
    private record GivenUp(Reply reply, Duration after) {}

    /// Both take the whole deadline, while the other tests run.
    private static final CompletableFuture<GivenUp> SILENT = givenUp(raw -> {});

    private static final CompletableFuture<GivenUp> DRIPPING = givenUp(HostileInputTest::drip);

    private static final CompletableFuture<Reply> UNHURRIED = unhurried();

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
            var reply = atOnce(LITTLE, () -> caller.post("/v1/jobs", body));
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

        // Each key is read as a word of its own.
        assertThat(atOnce(20 * LITTLE, () -> caller.post("/v1/jobs", body)).status())
                .isEqualTo(400);
    }

    @Test
    void a_million_keys() {
        var keys =
                IntStream.range(0, 1_000_000).mapToObj(i -> "\"k" + i + "\":1").collect(Collectors.joining(","));

        var body = Submissions.chatWith(",\"a\":{" + keys + "}").getBytes(StandardCharsets.US_ASCII);

        // Refused by the length that it says it has, so that the server reads none of it.
        var reply = atOnce(LITTLE, () -> sendWhileReading(body));

        assertThat(reply.status()).isEqualTo(413);
    }

    @Test
    void a_hundred_megabytes_are_refused_before_they_are_sent() {
        var reply = atOnce(LITTLE, HostileInputTest::announceHundredMegabytes);

        assertThat(reply.status()).isEqualTo(413);
    }

    private static Reply announceHundredMegabytes() {
        try (var raw = new RawRequest(api.port())) {
            raw.write(("POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                            + "\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            raw.write(new byte[64 * 1024]);
            return raw.read();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void a_hundred_megabytes_that_hide_their_length_are_cut_off_at_the_limit() {
        var chunk = ("10000\r\n" + "[".repeat(65_536) + "\r\n").getBytes(StandardCharsets.US_ASCII);

        var reply = atOnce(6 * LITTLE, () -> sendChunks(17, chunk));

        assertThat(reply.status()).isEqualTo(413);
    }

    private static Reply sendChunks(int count, byte[] chunk) {
        try (var raw = new RawRequest(api.port())) {
            raw.write(("POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                            + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < count; i++) {
                raw.write(chunk);
            }
            return raw.read();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
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

            assertThat(atOnce(LITTLE, () -> caller.post("/v1/jobs", Submissions.chat()))
                            .status())
                    .isEqualTo(202);
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

    @Test
    void a_body_that_takes_longer_than_an_answer_may_is_taken_all_the_same() {
        assertThat(UNHURRIED.join().status()).isEqualTo(202);
    }

    /// The second half comes two and a half seconds after the first.
    private static CompletableFuture<Reply> unhurried() {
        var body = Submissions.chat().getBytes(StandardCharsets.UTF_8);
        int half = body.length / 2;
        return CompletableFuture.supplyAsync(
                () -> {
                    try (var raw = new RawRequest(api.port())) {
                        raw.write(("POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length
                                        + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                        raw.write(Arrays.copyOf(body, half));
                        Thread.sleep(Duration.ofMillis(2_500));
                        raw.write(Arrays.copyOfRange(body, half, body.length));
                        return raw.read();
                    } catch (IOException failure) {
                        throw new UncheckedIOException(failure);
                    } catch (InterruptedException stopping) {
                        throw new IllegalStateException(stopping);
                    }
                },
                Thread::startVirtualThread);
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
                        throw new UncheckedIOException(failure);
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
            throw new UncheckedIOException(failure);
        }
    }

    /// Answered at once, and in no more memory than so many bytes.
    private static Reply atOnce(long most, Supplier<Reply> call) {
        var times = new long[TRIES];
        var bytes = new long[TRIES];
        var reply = call.get();
        for (int i = 0; i < TRIES; i++) {
            reply = call.get();
        }
        for (int i = 0; i < TRIES; i++) {
            long before = allocated();
            long began = System.nanoTime();
            reply = call.get();
            times[i] = System.nanoTime() - began;
            bytes[i] = allocated() - before;
        }
        Arrays.sort(times);
        Arrays.sort(bytes);
        assertThat(Duration.ofNanos(times[TRIES / 2])).isLessThanOrEqualTo(AT_ONCE);
        assertThat(bytes[TRIES / 2]).as("bytes on the heap").isLessThan(most);
        return reply;
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }
}
