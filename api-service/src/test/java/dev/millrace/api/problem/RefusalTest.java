package dev.millrace.api.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.RawRequest;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.Submissions;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever refuses a request, our code, the framework or the container: the error has the one shape and a request id.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RefusalTest {

    private final RunningApi api = SharedApi.get();
    private final String key = api.newProject().apiKey();
    private final ApiClient caller = api.withKey(key);

    @Test
    void an_address_that_serves_nothing_is_a_404() {
        for (var path :
                new String[] {"/", "/v1", "/v1/", "/v1/nothing", "/v1/jobs/", "/error", "/favicon.ico", "/v2/jobs"}) {
            assertThat(caller.get(path).status()).as(path).isEqualTo(404);
            assertThat(caller.get(path).code()).as(path).isEqualTo("unknown_url");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "job_1",
                "job_0123456789ABCDEF0123456789ABCDEF",
                "job_0123456789abcdef0123456789abcdef0",
                "00000000-0000-0000-0000-000000000000",
                "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                "..%5c..%5cwindows",
                "%00",
                "job_%00",
                "%e2%80%a5",
                "%ef%bc%8e%ef%bc%8e",
                "%zz",
                "job_%27%20or%201=1"
            })
    void an_id_that_is_none_is_a_404_however_it_is_written(String id) throws IOException {
        for (var path : new String[] {"", "/result", "/content", "/attempts", "/timeline"}) {
            assertThat(raw("GET /v1/jobs/" + id + path).status()).as(path).isEqualTo(404);
        }
    }

    @Test
    void a_path_that_climbs_leads_nowhere() throws IOException {
        assertThat(raw("GET /v1/jobs/../../etc/passwd").status()).isEqualTo(404);
        assertThat(raw("GET /v1/jobs/../../livez/../v1/jobs/x").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT|/v1/jobs|GET, HEAD, POST",
                "DELETE|/v1/jobs|GET, HEAD, POST",
                "PATCH|/v1/jobs|GET, HEAD, POST",
                "BREW|/v1/jobs|GET, HEAD, POST",
                "DELETE|/v1/jobs/job_1|GET",
                "POST|/v1/jobs/job_1/result|GET",
                "GET|/v1/jobs/job_1/cancel|POST",
                "POST|/v1/jobs/job_1/content|GET, HEAD",
                "POST|/v1/openapi.json|GET"
            })
    void a_method_that_an_address_does_not_take_is_a_405_that_names_those_it_does(
            String method, String path, String allowed) {
        var reply = caller.call(method, path);

        assertThat(reply.status()).isEqualTo(405);
        assertThat(reply.code()).isEqualTo("method_not_allowed");
        assertThat(reply.header("allow")).hasValue(allowed);
    }

    @Test
    void TRACE_is_refused() throws IOException {
        assertThat(raw("TRACE /v1/jobs").status()).isEqualTo(405);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/html",
                "image/png",
                "application/xml;q=0.9",
                "nonsense",
                "*/*",
                "application/json;version=2"
            })
    void whatever_a_caller_says_it_accepts_it_gets_JSON(String accept) {
        var choosy = caller.with("Accept", accept);
        var id = choosy.submitChat();

        assertThat(choosy.job(id).status()).isEqualTo(200);
        assertThat(choosy.get("/v1/jobs").status()).isEqualTo(200);
        assertThat(choosy.get("/v1/nothing").status()).isEqualTo(404);
        assertThat(choosy.get("/v1/openapi.json").status()).isEqualTo(200);
        assertThat(choosy.get("/livez").status()).isEqualTo(200);
        assertThat(choosy.get("/readyz").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "text/plain",
                "multipart/form-data; boundary=x",
                "application/xml",
                "nonsense"
            })
    void a_body_of_another_type_is_a_415(String type) {
        var reply = caller.call(
                "POST",
                "/v1/jobs",
                HttpRequest.BodyPublishers.ofString(Submissions.chat()),
                Map.of("Content-Type", type));

        assertThat(reply.status()).isEqualTo(415);
        assertThat(reply.code()).isEqualTo("unsupported_media_type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/json; charset=utf-8", "Application/JSON"})
    void a_body_of_JSON_may_say_so_in_several_ways(String type) {
        var reply = caller.call(
                "POST",
                "/v1/jobs",
                HttpRequest.BodyPublishers.ofString(Submissions.chat()),
                Map.of("Content-Type", type));

        assertThat(reply.status()).isEqualTo(202);
    }

    @Test
    void a_body_over_the_limit_is_a_413_that_names_the_limit() {
        var reply = caller.post("/v1/jobs", padded(1024 * 1024 + 1));

        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.message()).contains("1048576");
        assertThat(caller.post("/v1/jobs", padded(1024 * 1024)).status()).isEqualTo(202);
    }

    @Test
    void a_body_that_does_not_say_how_long_it_is_is_cut_off_at_the_limit() {
        var large = padded(1024 * 1024 + 1).getBytes(StandardCharsets.UTF_8);
        var small = padded(1024 * 1024).getBytes(StandardCharsets.UTF_8);

        assertThat(chunked(large).status()).isEqualTo(413);
        assertThat(chunked(small).status()).isEqualTo(202);
    }

    @Test
    void every_operation_refuses_a_large_body() {
        var body = "x".repeat(1_100_000);
        for (var path : new String[] {"/v1/jobs/job_1/cancel", "/v1/nothing"}) {
            assertThat(caller.post(path, body).status()).as(path).isEqualTo(413);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/jobs HTTP/1.1\r\n\r\n",
                "GET /v1/jobs HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /v1/jobs HTTP/1.1\r\nHost: x\r\nBroken\r\n : header\r\n\r\n",
                "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
                "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
                "\u0016\u0003\u0001 hello\r\n\r\n"
            })
    void what_is_no_HTTP_is_a_400_in_the_one_shape(String request) throws IOException {
        var reply = RawRequest.send(api.port(), request);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path("error").path("code").asString()).isEqualTo("bad_request");
        assertThat(reply.header("x-request-id")).isPresent();
    }

    @Test
    void headers_over_the_limit_are_refused_in_the_one_shape() throws IOException {
        var reply = RawRequest.send(
                api.port(), "GET /v1/jobs HTTP/1.1\r\nHost: x\r\nX-Large: " + "x".repeat(20_000) + "\r\n\r\n");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path("error").path("type").asString()).isEqualTo("invalid_request_error");
    }

    @Test
    void metadata_in_a_query_may_be_written_with_plain_brackets() throws IOException {
        assertThat(raw("GET /v1/jobs?metadata[customer]=7").status()).isEqualTo(200);
    }

    @Test
    void a_query_that_can_not_be_decoded_is_a_400() throws IOException {
        assertThat(raw("GET /v1/jobs?limit=%zz").status()).isEqualTo(400);
        assertThat(raw("GET /v1/jobs?limit=%zz").code()).isEqualTo("invalid_query");
    }

    private Reply raw(String line) throws IOException {
        return RawRequest.send(api.port(), line + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key + "\r\n\r\n");
    }

    private Reply chunked(byte[] body) {
        return caller.call(
                "POST",
                "/v1/jobs",
                HttpRequest.BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body)),
                Map.of("Content-Type", "application/json"));
    }

    private static String padded(int length) {
        var empty = Submissions.chatWith(",\"user\":\"\"");
        return Submissions.chatWith(",\"user\":\"" + "u".repeat(length - empty.length()) + "\"");
    }
}
