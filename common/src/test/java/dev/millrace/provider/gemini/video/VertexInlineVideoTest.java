package dev.millrace.provider.gemini.video;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ProviderOutcome.Accepted;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.VideoAdapter.Fetch;
import dev.millrace.provider.VideoAdapter.Poll;
import dev.millrace.provider.VideoAdapter.Sink;
import dev.millrace.simulator.media.Media;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A video that stands in the answer: it goes through, and is never held.
@DisplayNameGeneration(ReplaceUnderscores.class)
class VertexInlineVideoTest {

    private static final Sink NOTHING = (bytes, length, type) -> {
        throw new AssertionError("no bytes are expected");
    };

    private final Simulated simulated = new Simulated(new VertexFormat());
    private final VertexVideos adapter = (VertexVideos) simulated.format().video(Simulated.HTTP, Simulated.GUARDED);

    private String created(String model) {
        var request = "{\"prompt\":\"a cat\",\"seconds\":\"8\"}".getBytes(StandardCharsets.UTF_8);
        return ((Accepted) adapter.create(simulated.target(model), request, Set.of(), _ -> true)).operationId();
    }

    private Poll poll(String operation) {
        return adapter.poll(simulated.target("sim-video"), operation);
    }

    private Fetch fetch(String operation, Sink sink) {
        return adapter.fetch(simulated.target("sim-video"), operation, sink);
    }

    private void failsAndKeepsNothing(String fault, String value) {
        var operation = created("sim-video~render=0ms~poll.size=300000");
        simulated.behave("video.poll", Map.of(fault, value));
        var whole = new AtomicReference<Boolean>(false);
        assertThat(fetch(operation, (bytes, length, type) -> {
                    bytes.transferTo(OutputStream.nullOutputStream());
                    whole.set(true);
                }))
                .isInstanceOf(Fetch.Failed.class);
        assertThat(whole).hasValue(false);
    }

    @Test
    void is_decoded_as_it_comes_and_is_the_file_byte_for_byte() {
        var operation = created("sim-video~render=0ms");
        assertThat(poll(operation)).isEqualTo(new Poll.Completed());
        var file = new ByteArrayOutputStream();
        assertThat(fetch(operation, (bytes, length, type) -> {
                    assertThat(length).isEmpty();
                    assertThat(type).isEqualTo("video/mp4");
                    bytes.transferTo(file);
                }))
                .isEqualTo(new Fetch.Done());
        assertThat(file.toByteArray()).isEqualTo(Media.VIDEO.bytes());
    }

    @Test
    void of_any_size_needs_no_more_memory_than_a_small_one() {
        long size = 200_000_000;
        var operation = created("sim-video~render=0ms~poll.size=" + size);
        var most = new AtomicLong();
        var received = new AtomicLong();
        assertThat(fetch(operation, (bytes, length, type) -> {
                    var buffer = new byte[64 * 1024];
                    long before = used();
                    for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                        if (received.addAndGet(read) / 50_000_000 != (received.get() - read) / 50_000_000) {
                            most.set(Math.max(most.get(), used() - before));
                        }
                    }
                }))
                .isEqualTo(new Fetch.Done());
        assertThat(received).hasValue(size);
        assertThat(most.get()).isLessThan(20_000_000);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void is_not_read_by_a_poll_that_has_learnt_that_it_is_done() {
        // Of an answer that never ends, a poll reads the beginning.
        try (var provider = endless();
                var token = tokens()) {
            assertThat(adapter.poll(Vertex.target(provider, token, Duration.ofSeconds(10)), Vertex.OPERATION))
                    .isEqualTo(new Poll.Completed());
        }
    }

    private static RawServer endless() {
        return RawServer.start(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000000000\r\n\r\n"
                    + "{\"name\":\"n\",\"done\":true,\"response\":{\"videos\":[{\"bytesBase64Encoded\":\"");
            var chunk = "A".repeat(64 * 1024);
            while (true) {
                connection.write(chunk);
            }
        });
    }

    private static RawServer tokens() {
        return RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write(RawServer.json("{\"access_token\":\"ya29.inline\",\"expires_in\":3600}"));
            }
        });
    }

    private Fetch fetchOf(String body, Sink sink) {
        try (var provider = RawServer.answering(RawServer.json(body));
                var token = tokens()) {
            return adapter.fetch(Vertex.target(provider, token, Duration.ofSeconds(10)), Vertex.OPERATION, sink);
        }
    }

    private Poll pollOf(String body) {
        try (var provider = RawServer.answering(RawServer.json(body));
                var token = tokens()) {
            return adapter.poll(Vertex.target(provider, token, Duration.ofSeconds(10)), Vertex.OPERATION);
        }
    }

    private static String done(String videos) {
        return "{\"name\":\"n\",\"done\":true,\"response\":{\"raiMediaFilteredCount\":0,\"videos\":" + videos + "}}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"AP+/PgA=", "AP-_PgA=", "AP-_PgA", "AP\\u002b\\/PgA\\u003d", "AP+/\\nPgA="})
    void may_be_written_in_either_alphabet_and_with_the_escapes_of_json(String text) {
        var file = new ByteArrayOutputStream();
        assertThat(fetchOf(
                        done("[{\"bytesBase64Encoded\":\"" + text + "\"}]"),
                        (bytes, length, type) -> bytes.transferTo(file)))
                .isEqualTo(new Fetch.Done());
        assertThat(file.toByteArray()).isEqualTo(new byte[] {0, (byte) 0xFF, (byte) 0xBF, 0x3E, 0});
    }

    @Test
    void that_stands_before_the_word_that_the_render_is_done_counts_as_well() {
        var body = "{\"response\":{\"videos\":[{\"bytesBase64Encoded\":\"" + "AAAA".repeat(100_000)
                + "\",\"mimeType\":\"video/mp4\"}]},\"done\":true,\"name\":\"n\"}";
        assertThat(pollOf(body)).isEqualTo(new Poll.Completed());
        assertThat(fetchOf(
                        body,
                        (bytes, length, type) ->
                                assertThat(bytes.readAllBytes()).hasSize(300_000)))
                .isEqualTo(new Fetch.Done());
    }

    @Test
    void is_the_first_where_there_are_several() {
        var first = Base64.getEncoder().encodeToString("first".getBytes(StandardCharsets.UTF_8));
        var file = new ByteArrayOutputStream();
        fetchOf(
                done("[{\"bytesBase64Encoded\":\"" + first + "\"},{\"bytesBase64Encoded\":\"AAAA\"}]"),
                (bytes, length, type) -> bytes.transferTo(file));
        assertThat(file.toString(StandardCharsets.UTF_8)).isEqualTo("first");
    }

    @ParameterizedTest
    @CsvSource({
        "truncate, 200000",
        "reset, mid-body",
        "reset, after-headers",
        "hang-up, true",
        "body, html",
        "body, json",
        "body, nothing",
        "body, garbage",
        "body, error",
        "status, 500",
        "status, 401",
        "redirect, http://127.0.0.1:1/x"
    })
    void that_does_not_come_whole_is_worth_another_try(String fault, String value) {
        failsAndKeepsNothing(fault, value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"A!AA", "AAAAA", "<html>"})
    void that_is_no_base64_is_worth_another_try(String text) {
        assertThat(fetchOf(done("[{\"bytesBase64Encoded\":\"" + text + "\"}]"), VertexInlineVideoTest::readAll))
                .isInstanceOf(Fetch.Failed.class);
    }

    private static void readAll(InputStream bytes, OptionalLong length, String type) throws IOException {
        bytes.readAllBytes();
    }

    @Test
    void that_can_not_be_kept_is_worth_another_try() {
        assertThat(fetch(created("sim-video~render=0ms"), (bytes, length, type) -> {
                    throw new IOException("No space left on device");
                }))
                .isEqualTo(new Fetch.Failed("No space left on device"));
    }

    @Test
    void that_is_not_there_yet_is_worth_another_try() {
        assertThat(fetch(created("sim-video~render=never"), NOTHING)).isInstanceOf(Fetch.Failed.class);
    }

    @Test
    void whose_operation_is_forgotten_is_gone() {
        assertThat(fetch(Vertex.OPERATION, NOTHING)).isInstanceOf(Fetch.Gone.class);
    }

    @Test
    void that_was_written_to_a_bucket_is_a_failure_that_says_so() {
        assertThat(pollOf(done("[{\"gcsUri\":\"gs://bucket/video.mp4\",\"mimeType\":\"video/mp4\"}]")))
                .isInstanceOfSatisfying(Poll.Failed.class, failed -> {
                    assertThat(failed.code()).isEqualTo("unsupported_output");
                    assertThat(failed.message()).contains("gs://bucket/video.mp4");
                });
    }

    @Test
    void that_the_filter_held_back_is_a_refusal_of_the_content() {
        assertThat(pollOf("{\"name\":\"n\",\"done\":true,\"response\":{\"raiMediaFilteredCount\":1,"
                        + "\"raiMediaFilteredReasons\":[\"Not this.\"]}}"))
                .isEqualTo(new Poll.Failed("content_refused", "Not this.", Poll.Cause.FILTERED));
        assertThat(pollOf("{\"name\":\"n\",\"done\":true,\"response\":{\"raiMediaFilteredCount\":1}}"))
                .isEqualTo(new Poll.Failed(
                        "content_refused", "The provider's filter held the video back.", Poll.Cause.FILTERED));
    }
}
