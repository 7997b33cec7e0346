package dev.millrace.api.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.TestWorker;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ResultTest {

    private final RunningApi api = SharedApi.get();
    private final ApiClient caller = api.newCaller();
    private final TestWorker worker = api.worker();

    @Test
    void an_unfinished_job_has_no_result_yet() {
        var id = caller.submitChat();

        assertThat(result(id).status()).isEqualTo(404);
        assertThat(result(id).code()).isEqualTo("not_ready");
        worker.claim(id);
        assertThat(result(id).code()).isEqualTo("not_ready");
    }

    @Test
    void the_result_of_a_chat_is_the_answer_byte_for_byte() {
        var answer = "{ \"id\":\"chatcmpl-1\",  \"choices\":[{\"message\":{\"content\":\"H\u00e9\"}}] }";
        var id = caller.submitChat();
        worker.succeed(worker.claim(id), answer, null);

        var result = result(id);

        assertThat(result.status()).isEqualTo(200);
        assertThat(result.text()).isEqualTo(answer);
        assertThat(result.header("content-type")).hasValue("application/json");
    }

    @Test
    void the_result_of_a_video_says_where_its_file_is() {
        var id = caller.submitVideo();
        var file = worker.succeedWithFile(worker.claim(id), SharedApi.assets(), new byte[5_000]);

        var result = result(id).json();

        assertThat(result.path("id").asString()).isEqualTo(id);
        assertThat(result.path("content_url").asString()).isEqualTo("/v1/jobs/" + id + "/content");
        assertThat(result.path("content_type").asString()).isEqualTo("video/mp4");
        assertThat(result.path("bytes").asInt()).isEqualTo(5_000);
        assertThat(result.path("sha256").asString()).isEqualTo(file.sha256());
    }

    @ParameterizedTest
    @CsvSource({
        "invalid_request,  invalid_request,          400",
        "context_too_long, context_length_exceeded,  400",
        "content_refused,  content_policy_violation, 400",
        "content_refused,  a_code_of_the_provider,   400",
        "provider_error,   upstream_failed,          502",
        "quota_exhausted,  insufficient_quota,       502",
        "timeout,          timeout,                  504",
        "worker_lost,      worker_lost,              500"
    })
    void the_result_of_a_failed_job_is_its_error_with_a_status_that_fits(String outcome, String code, int status) {
        var id = caller.submitChat();
        worker.fail(worker.claim(id), outcome, code, "It went wrong.");

        var result = result(id);

        assertThat(result.status()).isEqualTo(status);
        assertThat(result.code()).isEqualTo(code);
        assertThat(result.message()).isEqualTo("It went wrong.");
        assertThat(result.header("x-should-retry"))
                .as("asking again changes nothing")
                .hasValue("false");
    }

    @Test
    void the_result_of_a_cancelled_job_is_a_conflict_that_is_not_to_be_retried() {
        var id = caller.submitChat();
        caller.post("/v1/jobs/" + id + "/cancel");

        assertThat(result(id).status()).isEqualTo(409);
        assertThat(result(id).code()).isEqualTo("cancelled");
        assertThat(result(id).header("x-should-retry")).hasValue("false");
    }

    @Test
    void the_result_of_an_expired_job_is_its_timeout() {
        var id = caller.submitVideo();
        worker.expire(worker.claim(id), "render_timeout", "The render took longer than 2 h.");

        assertThat(result(id).status()).isEqualTo(504);
        assertThat(result(id).code()).isEqualTo("render_timeout");
    }

    private dev.millrace.api.fixture.Reply result(String id) {
        return caller.get("/v1/jobs/" + id + "/result");
    }
}
