package dev.millrace.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.asset.AssetSettings;
import dev.millrace.asset.AssetStore;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.RawServer;
import dev.millrace.job.JobId;
import dev.millrace.provider.VideoAdapter.Fetch;
import dev.millrace.provider.VideoAdapter.Sink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

/// Into a real asset store, which is what decides whether the bytes are a video.
@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class FetchContract extends RenderContract {

    private static final String MP4 = "\0\0\0\u0018ftypisom\0\0\2\0isomiso2";

    @TempDir
    Path root;

    private final AtomicInteger received = new AtomicInteger();

    FetchContract(Simulated simulated) {
        super(simulated);
    }

    @BeforeEach
    void the_video_is_a_file() {
        assumeTrue(simulated.format().renders().files(), "a format whose videos stand in its answers");
    }

    private Sink store() {
        var store = new AssetStore(new AssetSettings(root, DataSize.ofMegabytes(10)));
        var job = new JobId(UUID.randomUUID());
        return (bytes, length, type) -> {
            received.incrementAndGet();
            store.store(job, 1, bytes, length, type);
        };
    }

    private VideoAdapter adapter(OutboundHttp foreign) {
        return simulated.format().video(Simulated.HTTP, foreign);
    }

    private Fetch fetch(String model) {
        return adapter().fetch(simulated.target("sim-video"), created(model), store());
    }

    private byte[] stored() throws IOException {
        try (var files = Files.walk(root)) {
            return Files.readAllBytes(
                    files.filter(Files::isRegularFile).findAny().orElseThrow());
        }
    }

    private void storedNothing() throws IOException {
        try (var files = Files.walk(root)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    private void failed(Fetch fetch) throws IOException {
        assertThat(fetch).isInstanceOf(Fetch.Failed.class);
        assertThat(fetch.toString()).doesNotContain("canary");
        storedNothing();
    }

    @Test
    void of_a_finished_file_brings_it_whole() throws IOException {
        assertThat(fetch("sim-video~render=0ms")).isEqualTo(new Fetch.Done());
        assertThat(received).hasValue(1);
        assertThat(stored()).hasSizeGreaterThan(4_000).startsWith(0, 0, 0).contains('f', 't', 'y', 'p');
    }

    @Test
    void of_a_large_file_brings_it_whole() throws IOException {
        assertThat(fetch("sim-video~render=0ms~content.size=5000000")).isEqualTo(new Fetch.Done());
        assertThat(stored()).hasSize(5_000_000);
    }

    @Test
    void tells_the_sink_the_length_and_type_that_the_provider_stated() {
        var seen = new java.util.concurrent.CopyOnWriteArrayList<Object>();
        adapter()
                .fetch(
                        simulated.target("sim-video"),
                        created("sim-video~render=0ms~content.size=100000"),
                        (bytes, length, type) -> {
                            seen.add(length.orElse(-1));
                            seen.add(type);
                            bytes.transferTo(java.io.OutputStream.nullOutputStream());
                        });
        assertThat(seen).containsExactly(100_000L, "video/mp4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "content.length=+7",
                "content.truncate=100",
                "content.truncate=4000",
                "content.reset=after-headers",
                "content.reset=mid-body",
                "content.body=json",
                "content.body=html",
                "content.body=nothing",
                "content.body=garbage",
                "content.body=error",
                "content.content-type=text/html",
                "content.content-type=application/json",
                "content.size=20000000"
            })
    void of_bytes_that_are_not_the_whole_video_is_a_failed_fetch_and_no_asset(String fault) throws IOException {
        failed(fetch("sim-video~render=0ms~" + fault));
        assertThat(received).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status=400",
                "status=401",
                "status=403",
                "status=500",
                "status=502",
                "status=503",
                "hang-up",
                "reset=after-body"
            })
    void that_is_answered_with_an_error_or_not_at_all_is_worth_another_try(String fault) throws IOException {
        failed(fetch("sim-video~render=0ms~content." + fault));
        assertThat(simulated.requests("video.content")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"silence", "stall=1000", "drip=20ms"})
    void that_takes_longer_than_its_deadline_is_worth_another_try(String fault) throws IOException {
        var operation = created("sim-video~render=0ms~content." + fault);
        failed(adapter().fetch(simulated.target("sim-video", Duration.ofMillis(700)), operation, store()));
    }

    @Test
    void that_finds_nobody_is_worth_another_try() throws IOException {
        failed(adapter()
                .fetch(
                        simulated.nowhere("sim-video"),
                        simulated.format().renders().unknown(),
                        store()));
    }

    @Test
    void whose_connection_does_not_stand_in_its_models_time_is_worth_another_try() throws IOException {
        failed(unconnected(
                target -> adapter().fetch(target, simulated.format().renders().unknown(), store())));
    }

    @Test
    void of_a_file_that_cannot_be_kept_is_worth_another_try() {
        var operation = created("sim-video~render=0ms");
        assertThat(adapter().fetch(simulated.target("sim-video"), operation, (bytes, length, type) -> {
                    throw new IOException("No space left on device");
                }))
                .isEqualTo(new Fetch.Failed("No space left on device"));
    }

    @ParameterizedTest
    @CsvSource({"status=404", "status=410"})
    void of_a_file_that_the_provider_no_longer_has_is_gone(String fault) throws IOException {
        assertThat(fetch("sim-video~render=0ms~content." + fault)).isInstanceOf(Fetch.Gone.class);
        storedNothing();
    }

    @Test
    void of_a_file_past_its_life_is_gone() throws IOException {
        assertThat(fetch("sim-video~render=0ms~expires=0ms")).isInstanceOf(Fetch.Gone.class);
        storedNothing();
    }

    @Test
    void that_comes_too_often_is_rate_limited() {
        assertThat(fetch("sim-video~render=0ms~content.status=429~content.retry-after=7"))
                .isEqualTo(new Fetch.RateLimited(Optional.of(Duration.ofSeconds(7))));
    }

    private void processesFiles() {
        assumeTrue(simulated.format().renders().fileStates(), "a format whose files are there at once");
    }

    @Test
    void of_a_file_that_is_still_being_processed_is_worth_another_try_and_brings_it_when_it_is_there()
            throws IOException {
        processesFiles();
        var operation = created("sim-video~render=0ms~file.state=PROCESSING~file.times=1");
        failed(adapter().fetch(simulated.target("sim-video"), operation, store()));
        assertThat(simulated.requests("video.content")).isEmpty();

        assertThat(adapter().fetch(simulated.target("sim-video"), operation, store()))
                .isEqualTo(new Fetch.Done());
        assertThat(stored()).hasSizeGreaterThan(4_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"processing=never", "file.state=FAILED", "file.status=403", "file.status=503", "file.hang-up"})
    void of_a_file_that_is_not_said_to_be_there_is_not_begun(String fault) throws IOException {
        processesFiles();
        failed(fetch("sim-video~render=0ms~" + fault));
        assertThat(simulated.requests("video.file")).hasSize(1);
        assertThat(simulated.requests("video.content")).isEmpty();
    }

    @Test
    void of_a_file_that_the_provider_no_longer_knows_is_gone_and_its_rate_is_kept() throws IOException {
        processesFiles();
        assertThat(fetch("sim-video~render=0ms~file.status=404")).isInstanceOf(Fetch.Gone.class);
        assertThat(fetch("sim-video~render=0ms~file.status=429~file.retry-after=7"))
                .isEqualTo(new Fetch.RateLimited(Optional.of(Duration.ofSeconds(7))));
        storedNothing();
    }

    private void redirectTo(String location) {
        simulated.behave("video.content", Map.of("redirect", location));
    }

    @Test
    void that_is_redirected_to_another_host_follows_without_the_key() throws IOException {
        try (var elsewhere = RawServer.answering(RawServer.answer("200 OK", "video/mp4", MP4))) {
            redirectTo(elsewhere.uri("/signed?token=1").toString());
            assertThat(adapter(Simulated.OPENED)
                            .fetch(simulated.target("sim-video"), created("sim-video~render=0ms"), store()))
                    .isEqualTo(new Fetch.Done());
            assertThat(stored()).hasSize(MP4.length());
            assertThat(elsewhere.requests())
                    .singleElement()
                    .satisfies(request -> assertThat(request)
                            .startsWith("GET /signed?token=1 HTTP/1.1\r\n")
                            .doesNotContainIgnoringCase("authorization")
                            .doesNotContainIgnoringCase("api-key")
                            .doesNotContain("canary"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"})
    void that_is_redirected_to_a_forbidden_address_is_refused_by_the_guard(String host) throws IOException {
        try (var internal = RawServer.answering(RawServer.answer("200 OK", "video/mp4", MP4))) {
            redirectTo("http://" + host + ":" + internal.port() + "/");
            failed(fetch("sim-video~render=0ms"));
            assertThat(internal.connections()).isEmpty();
        }
    }

    @Test
    void that_is_sent_in_circles_ends() throws IOException {
        try (var circle = RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
            }
        })) {
            redirectTo(circle.uri("/").toString());
            failed(adapter(Simulated.OPENED)
                    .fetch(simulated.target("sim-video"), created("sim-video~render=0ms"), store()));
            assertThat(circle.requests()).hasSizeBetween(1, 5);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"file:///etc/passwd", "ftp://127.0.0.1/x", "http:///nowhere", "http://exa mple/", "javascript:1"
            })
    void that_is_redirected_to_what_is_no_address_is_worth_another_try(String location) throws IOException {
        redirectTo(location);
        failed(fetch("sim-video~render=0ms"));
    }
}
