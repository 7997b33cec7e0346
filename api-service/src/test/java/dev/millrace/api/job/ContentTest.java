package dev.millrace.api.job;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.TestWorker;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ContentTest {

    private static final int LENGTH = 100_000;

    private final RunningApi api = SharedApi.get();
    private final ApiClient caller = api.newCaller();
    private final TestWorker worker = api.worker();
    private final byte[] bytes = new byte[LENGTH];
    private String id = "";
    private String tag = "";

    @BeforeEach
    void make_a_video() {
        new Random(7).nextBytes(bytes);
        id = caller.submitVideo();
        tag = "\""
                + worker.succeedWithFile(worker.claim(id), SharedApi.assets(), bytes)
                        .sha256() + "\"";
    }

    @Test
    void the_whole_file_comes_with_its_type_its_length_and_its_SHA_256_as_tag() {
        var content = content(caller);

        assertThat(content.status()).isEqualTo(200);
        assertThat(content.body()).isEqualTo(bytes);
        assertThat(content.header("content-type")).hasValue("video/mp4");
        assertThat(content.header("content-length")).hasValue("" + LENGTH);
        assertThat(content.header("etag")).hasValue(tag);
        assertThat(content.header("accept-ranges")).hasValue("bytes");
        assertThat(content.header("x-content-type-options")).hasValue("nosniff");
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0,            0,     0",
        "bytes=0-99,           0,     99",
        "bytes=500-1499,       500,   1499",
        "bytes=99999-,         99999, 99999",
        "bytes=50000-,         50000, 99999",
        "bytes=99000-200000,   99000, 99999",
        "bytes=-1,             99999, 99999",
        "bytes=-1000,          99000, 99999",
        "bytes=-200000,        0,     99999"
    })
    void a_range_is_answered_with_206_and_exactly_its_bytes(String range, int first, int last) {
        var content = content(caller.with("Range", range));

        assertThat(content.status()).isEqualTo(206);
        assertThat(content.header("content-range")).hasValue("bytes " + first + "-" + last + "/" + LENGTH);
        assertThat(content.header("content-length")).hasValue("" + (last - first + 1));
        assertThat(content.body()).isEqualTo(Arrays.copyOfRange(bytes, first, last + 1));
        assertThat(content.header("etag")).hasValue(tag);
        assertThat(content.header("x-content-type-options")).hasValue("nosniff");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=100000-", "bytes=100000-100001", "bytes=-0", "bytes=999999999999-"})
    void a_range_outside_the_file_is_a_416_that_says_how_long_the_file_is(String range) {
        var content = content(caller.with("Range", range));

        assertThat(content.status()).isEqualTo(416);
        assertThat(content.header("content-range")).hasValue("bytes */" + LENGTH);
        assertThat(content.code()).isEqualTo("range_not_satisfiable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=0-1,5-6", "bytes=9-3", "bytes=a-b", "bytes=-", "seconds=0-1", "bytes", "0-1"})
    void several_ranges_other_units_and_what_can_not_be_read_get_the_whole_file(String range) {
        assertThat(content(caller.with("Range", range)).status()).isEqualTo(200);
    }

    @Test
    void a_range_is_given_only_of_the_file_that_the_caller_knows() {
        assertThat(content(caller.with("Range", "bytes=0-9").with("If-Range", tag))
                        .status())
                .isEqualTo(206);
        var other = content(caller.with("Range", "bytes=0-9").with("If-Range", "\"0123\""));
        assertThat(other.status()).isEqualTo(200);
        assertThat(other.body()).hasSize(LENGTH);
        assertThat(content(caller.with("Range", "bytes=0-9").with("If-Range", "W/" + tag))
                        .status())
                .as("a weak tag says nothing about bytes")
                .isEqualTo(200);
        assertThat(content(caller.with("Range", "bytes=0-9").with("If-Range", "Tue, 24 Nov 2026 10:00:00 GMT"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void whoever_has_the_file_need_not_fetch_it_again() {
        var content = content(caller.with("If-None-Match", tag));

        assertThat(content.status()).isEqualTo(304);
        assertThat(content.body()).isEmpty();
        assertThat(content(caller.with("If-None-Match", "\"0123\"")).status()).isEqualTo(200);
    }

    @Test
    void HEAD_answers_with_the_headers_alone() {
        var head = caller.call("HEAD", "/v1/jobs/" + id + "/content");

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-length")).hasValue("" + LENGTH);
        assertThat(head.header("etag")).hasValue(tag);
        assertThat(head.body()).isEmpty();
        var part = caller.with("Range", "bytes=0-9").call("HEAD", "/v1/jobs/" + id + "/content");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.header("content-length")).hasValue("10");
    }

    @Test
    void a_job_that_has_no_file_says_why() {
        var unfinished = caller.submitVideo();
        assertThat(caller.get("/v1/jobs/" + unfinished + "/content").code()).isEqualTo("not_ready");

        var chat = caller.submitChat();
        worker.succeed(worker.claim(chat), "{}", null);
        assertThat(caller.get("/v1/jobs/" + chat + "/content").status()).isEqualTo(404);
        assertThat(caller.get("/v1/jobs/" + chat + "/content").code()).isEqualTo("no_content");

        var failed = caller.submitVideo();
        worker.fail(worker.claim(failed), "render_failed", "render_failed", "It failed.");
        assertThat(caller.get("/v1/jobs/" + failed + "/content").code()).isEqualTo("render_failed");
    }

    @Test
    void a_file_that_is_gone_from_the_store_is_an_error_of_this_side() throws IOException {
        try (var files = Files.walk(SharedApi.assets())) {
            var hex = id.substring("job_".length());
            for (var file : files.filter(one -> one.toString().contains(hex)).toList()) {
                Files.delete(file);
            }
        }

        var log = new ListAppender<ILoggingEvent>();
        log.start();
        ((Logger) LoggerFactory.getLogger(ContentController.class)).addAppender(log);

        var content = content(caller);

        assertThat(log.list)
                .singleElement()
                .satisfies(event -> assertThat(event.getMDCPropertyMap())
                        .as("the log line says whose job and which request it was")
                        .containsEntry("job_id", id)
                        .containsEntry(
                                "request_id", content.header("x-request-id").orElseThrow())
                        .containsKey("project_id"));
        assertThat(content.status()).isEqualTo(500);
        assertThat(content.code()).isEqualTo("content_missing");
        assertThat(content.header("x-should-retry")).hasValue("false");
    }

    private Reply content(ApiClient who) {
        return who.get("/v1/jobs/" + id + "/content");
    }
}
