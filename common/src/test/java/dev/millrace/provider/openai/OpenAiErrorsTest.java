package dev.millrace.provider.openai;

import static dev.millrace.provider.openai.RawChats.ask;
import static dev.millrace.provider.openai.RawChats.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.Simulated;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is read in an error, and how much of it is kept.
@DisplayNameGeneration(ReplaceUnderscores.class)
class OpenAiErrorsTest {

    @Test
    void a_provider_that_repeats_the_key_in_its_error_does_not_make_us_keep_it() {
        for (var status : new String[] {
            "400 Bad Request", "401 Unauthorized", "403 Forbidden", "429 Too Many Requests", "500 Server Error"
        }) {
            var failure = failure(ask(RawServer.answer(
                    status,
                    "application/json",
                    "{\"error\":{\"message\":\"Incorrect API key provided: "
                            + Simulated.KEY.secret().reveal() + ".\",\"type\":\"x\",\"code\":\"k-"
                            + Simulated.KEY.secret().reveal() + "\"}}")));
            assertThat(failure.toString()).as(status).doesNotContain("canary").contains("Incorrect API key provided");
        }
        assertThat(failure(ask(RawServer.answer(
                                "500 Server Error",
                                "text/html",
                                "<p>" + Simulated.KEY.secret().reveal() + "</p>")))
                        .toString())
                .doesNotContain("canary");
    }

    @Test
    void a_message_of_a_megabyte_is_kept_in_part() {
        var failure = failure(ask(RawServer.answer(
                "400 Bad Request",
                "application/json",
                "{\"error\":{\"message\":\"" + "x".repeat(1_000_000) + "\",\"code\":\"" + "y".repeat(1_000_000)
                        + "\"}}")));
        assertThat(failure.message()).hasSizeLessThanOrEqualTo(1_000);
        assertThat(failure.code()).hasSizeLessThanOrEqualTo(1_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"error\":\"text\"}", "{\"error\":null}", "[]", "", "<html>", "{\"detail\":\"no\"}"})
    void an_error_without_the_usual_body_is_read_by_its_status(String body) {
        var failure = failure(ask(RawServer.answer("503 Unavailable", "application/json", body)));
        assertThat(failure.kind()).isEqualTo("provider_error");
        assertThat(failure.code()).isNull();
        assertThat(failure.message()).contains("503");
    }

    @Test
    void the_parameter_that_an_error_names_is_told() {
        var failure = failure(ask(RawServer.answer(
                "400 Bad Request",
                "application/json",
                "{\"error\":{\"message\":\"m\",\"type\":\"invalid_request_error\",\"param\":\"messages[0].content\","
                        + "\"code\":null}}")));
        assertThat(failure.param()).hasValue("messages[0].content");
        assertThat(failure(ask(RawServer.answer("400 Bad Request", "application/json", "{}")))
                        .param())
                .isEmpty();
    }

    @Test
    void an_error_in_an_answer_of_200_means_what_it_says() {
        var failure = failure(ask(RawServer.json("{\"error\":{\"message\":\"m\",\"code\":\"insufficient_quota\"}}")));
        assertThat(failure.kind()).isEqualTo("quota_exhausted");
        assertThat(failure.httpStatus()).hasValue(200);
    }
}
