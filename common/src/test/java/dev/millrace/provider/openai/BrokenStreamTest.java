package dev.millrace.provider.openai;

import static dev.millrace.provider.openai.RawStreams.DONE;
import static dev.millrace.provider.openai.RawStreams.HI;
import static dev.millrace.provider.openai.RawStreams.ROLE;
import static dev.millrace.provider.openai.RawStreams.STOP;
import static dev.millrace.provider.openai.RawStreams.WHOLE;
import static dev.millrace.provider.openai.RawStreams.answer;
import static dev.millrace.provider.openai.RawStreams.chunk;
import static dev.millrace.provider.openai.RawStreams.event;
import static dev.millrace.provider.openai.RawStreams.failure;
import static dev.millrace.provider.openai.RawStreams.hear;
import static dev.millrace.provider.openai.RawStreams.open;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ChatAdapter.Opening;
import dev.millrace.provider.Quirk;
import dev.millrace.provider.Simulated;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What of a stream of an OpenAI-compatible endpoint is no answer.
@DisplayNameGeneration(ReplaceUnderscores.class)
class BrokenStreamTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "7",
                "\"text\"",
                "{}",
                "{\"choices\":{}}",
                "{\"choices\":[7]}",
                "<html>",
                "{\"choices\":["
            })
    void an_event_that_is_no_chunk_has_failed(String json) {
        assertThat(failure(hear(ROLE + HI + event(json) + chunk(STOP) + DONE, false))
                        .kind())
                .isEqualTo("malformed_answer");
    }

    @Test
    void a_stream_with_its_marker_alone_or_without_words_or_without_anything_has_failed() {
        for (var events :
                new String[] {DONE, "", ": ping\n\n", ROLE + chunk(STOP) + DONE, ROLE + DONE, ROLE + HI + DONE}) {
            assertThat(failure(hear(events, false)).kind()).as(events).isEqualTo("malformed_answer");
        }
    }

    @Test
    void the_marker_is_the_end_unless_the_provider_is_known_to_send_none() {
        assertThat(failure(hear(WHOLE, false)).kind()).isEqualTo("malformed_answer");
        assertThat(hear(WHOLE, false, Quirk.NO_DONE).end().usage().completion()).isEqualTo(1);
        assertThat(hear(WHOLE + DONE, false, Quirk.NO_DONE).text(0)).isEqualTo("hi");
        assertThat(failure(hear(ROLE + HI, false, Quirk.NO_DONE)).kind()).isEqualTo("malformed_answer");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"error\":{\"message\":\"m\",\"type\":\"server_error\"}}                                   |"
                        + " provider_error",
                "{\"error\":{\"message\":\"m\",\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}}        |"
                        + " rate_limited",
                "{\"error\":{\"message\":\"m\",\"code\":\"insufficient_quota\"}}                             |"
                        + " quota_exhausted",
                "{\"error\":{\"message\":\"m\",\"code\":429}}                                                |"
                        + " rate_limited",
                "{\"error\":{\"message\":\"m\",\"code\":\"502\"}}                                            |"
                        + " provider_error",
                "{\"error\":{\"message\":\"m\",\"code\":\"context_length_exceeded\"}}                        |"
                        + " context_too_long",
                "{\"error\":{\"message\":\"m\",\"code\":\"content_filter\"}}                                 |"
                        + " content_refused",
                "{\"error\":{\"message\":\"m\",\"type\":\"authentication_error\"}}                           |"
                        + " invalid_key",
                "{\"error\":{\"message\":\"m\",\"code\":\"model_not_found\"}}                                |"
                        + " model_unavailable",
                "{\"error\":{\"message\":\"m\",\"code\":\"never seen\"}}                                     |"
                        + " provider_error",
                "{\"error\":\"overloaded\"}                                                                  |"
                        + " provider_error",
            })
    void an_error_in_the_stream_means_what_it_means_with_a_status(String error, String kind) {
        for (var before : new String[] {"", ROLE + HI}) {
            var failure = failure(hear(before + event(error), false));
            assertThat(failure.kind()).isEqualTo(kind);
            assertThat(failure.httpStatus()).hasValue(200);
            assertThat(failure.requestId()).hasValue("req_1");
            assertThat(failure(hear(before + "event: error\n" + event(error) + DONE, false))
                            .kind())
                    .isEqualTo(kind);
        }
    }

    @Test
    void an_error_beside_a_finish_reason_is_an_error() {
        assertThat(failure(hear(ROLE + HI + chunk(STOP.replace("stop", "error")) + DONE, false))
                        .kind())
                .isEqualTo("provider_error");
    }

    @Test
    void a_key_that_an_error_repeats_is_not_kept() {
        var failure = failure(hear(
                event("{\"error\":{\"message\":\"key " + Simulated.KEY.secret().reveal() + "\",\"param\":\""
                        + Simulated.KEY.secret().reveal() + "\"}}"),
                false));
        assertThat(failure.toString()).doesNotContain("canary").contains("****");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/html", "application/octet-stream"})
    void an_answer_of_200_that_is_no_stream_has_failed(String type) {
        try (var provider = RawServer.answering(answer(type, WHOLE + DONE))) {
            assertThat(open(provider.uri("/v1"), false))
                    .isInstanceOfSatisfying(
                            Opening.Failed.class,
                            failed ->
                                    assertThat(failure(failed.outcome()).kind()).isEqualTo("malformed_answer"));
        }
    }

    @Test
    void an_error_object_with_200_means_what_it_says() {
        try (var provider = RawServer.answering(
                answer("application/json", "{\"error\":{\"message\":\"m\",\"code\":\"insufficient_quota\"}}"))) {
            assertThat(open(provider.uri("/v1"), false))
                    .isInstanceOfSatisfying(
                            Opening.Failed.class,
                            failed ->
                                    assertThat(failure(failed.outcome()).kind()).isEqualTo("quota_exhausted"));
        }
    }
}
