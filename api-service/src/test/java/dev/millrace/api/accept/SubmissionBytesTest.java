package dev.millrace.api.accept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.RawRequest;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.Submissions;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How much of submissions a process holds: what has come, and never more than it may. Here that is a megabyte.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SubmissionBytesTest {

    private static final String JOBS = "/v1/jobs";

    /// What a body counts as before it has come.
    private static final int LEAST = 8_192;

    private static final int MEGABYTE = 1024 * 1024;

    private static final RunningApi api = start();

    private final String key = api.newProject().apiKey();
    private final List<RawRequest> open = new ArrayList<>();

    private static RunningApi start() {
        try {
            return RunningApi.start(Files.createTempDirectory("millrace-bytes"), "millrace.accept.most-held=1MB");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @AfterEach
    void hangUp() throws IOException {
        for (var one : open) {
            one.close();
        }
        awaitHeld(0);
    }

    private static double held() {
        return api.bean(MeterRegistry.class).get("millrace.accept.held").gauge().value();
    }

    private static void awaitHeld(long bytes) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> held() == bytes);
    }

    /// Says how much it will send, and sends so much of it.
    private RawRequest begin(String path, int declared, int sent) throws IOException {
        var raw = new RawRequest(api.port());
        open.add(raw);
        raw.write(("POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                        + "\r\nPrefer: respond-async\r\nContent-Type: application/json\r\nContent-Length: " + declared
                        + "\r\n\r\n" + "{".repeat(Math.min(1, sent)) + " ".repeat(Math.max(0, sent - 1)))
                .getBytes(StandardCharsets.US_ASCII));
        return raw;
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }

    @ParameterizedTest
    @ValueSource(strings = {JOBS, Chats.PATH})
    void fifty_connections_that_declare_a_megabyte_and_send_nothing_hold_no_megabytes(String path) throws IOException {
        assertThat(api.withKey(key).post(JOBS, Submissions.chat()).status()).isEqualTo(202);
        long before = allocated();

        for (int i = 0; i < 50; i++) {
            begin(path, 500_000, 0);
        }
        awaitHeld(50L * LEAST);

        assertThat(allocated() - before).as("bytes on the heap").isLessThan(10L * MEGABYTE);
        assertThat(api.withKey(key).post(JOBS, Submissions.chat()).status()).isEqualTo(202);
    }

    @Test
    void a_body_holds_what_has_come_of_it() throws IOException {
        var raw = begin(JOBS, 500_000, 100_000);
        awaitHeld(128 * 1024);

        raw.write(" ".repeat(400_000).getBytes(StandardCharsets.US_ASCII));

        assertThat(raw.read().status()).isEqualTo(400);
        awaitHeld(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {JOBS, Chats.PATH})
    void what_there_is_no_room_for_is_refused_with_when_to_come_back_and_others_are_served(String path)
            throws IOException {
        begin(path, 900_000, 600_000);
        awaitHeld(900_000);

        var refused = begin(path, 600_000, 0).read();

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("overloaded");
        assertThat(refused.header("retry-after")).hasValue("1");
        assertThat(api.withKey(key).post(JOBS, Submissions.chat()).status()).isEqualTo(202);
        assertThat(api.newCaller().post(JOBS, Submissions.chat()).status()).isEqualTo(202);
    }

    @Test
    void a_body_that_grows_beyond_the_room_is_refused_as_it_grows() throws IOException {
        var first = begin(JOBS, 900_000, 10_000);
        awaitHeld(16 * 1024);
        var second = begin(JOBS, 900_000, 600_000);
        awaitHeld(16 * 1024 + 900_000);

        first.write(" ".repeat(200_000).getBytes(StandardCharsets.US_ASCII));

        var refused = first.read();
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("overloaded");
        assertThat(api.newCaller().post(JOBS, Submissions.chat()).status()).isEqualTo(202);
        second.close();
    }

    @Test
    void a_project_whose_bodies_never_come_leaves_room_to_its_neighbours() throws IOException {
        // There is room for 128 of the smallest, and for one project at most eight times what is left.
        for (int i = 0; i < 140; i++) {
            begin(JOBS, 1_000, 0);
        }
        awaitHeld(114L * LEAST);

        assertThat(begin(JOBS, 1_000, 0).read().status()).isEqualTo(429);
        assertThat(api.newCaller().post(JOBS, Submissions.chat()).status()).isEqualTo(202);
    }
}
