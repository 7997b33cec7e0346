package dev.millrace.provider.gemini.video;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import dev.millrace.provider.VideoAdapter.Poll;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a long-running operation tells of its render.
@DisplayNameGeneration(ReplaceUnderscores.class)
class OperationShapeTest {

    private static final String OPERATION = "models/veo-3.1/operations/abc123";

    private final VeoVideos adapter = new VeoVideos(Simulated.HTTP, Simulated.GUARDED);

    private static Target target(URI base) {
        return new Target("google", base, "veo-3.1", Simulated.KEY, Duration.ofSeconds(10), Traits.NONE);
    }

    private static String json(String body) {
        return RawServer.json(body.replace('\'', '"'));
    }

    private Poll poll(String answer) {
        try (var provider = RawServer.answering(answer)) {
            return adapter.poll(target(provider.uri("")), OPERATION);
        }
    }

    private static String done(String rest) {
        return json("{'name':'" + OPERATION + "','done':true," + rest + "}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",'done':false", ",'done':null", ",'metadata':{'@type':'x'}"})
    void an_operation_that_is_not_done_renders_and_tells_no_progress(String rest) {
        assertThat(poll(json("{'name':'" + OPERATION + "'" + rest + "}")))
                .isEqualTo(new Poll.Rendering(0, Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({
        "3, invalid_request, LASTING",
        "9, invalid_request, LASTING",
        "8, rate_limit_exceeded, LASTING",
        "4, server_error, PASSING",
        "13, server_error, PASSING",
        "14, server_error, PASSING",
        "99, server_error, LASTING"
    })
    void an_operation_that_failed_has_grpcs_number_in_openais_words(int number, String code, Poll.Cause cause) {
        assertThat(poll(done("'error':{'code':" + number + ",'message':'Something.'}")))
                .isEqualTo(new Poll.Failed(code, "Something.", cause));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The prompt could not be submitted. It violates Google's Responsible AI practices.",
                "Veo could not generate videos because the input image violates Vertex AI's usage guidelines."
            })
    void an_operation_that_failed_for_what_was_asked_is_refused_content(String words) {
        try (var provider = RawServer.answering(
                RawServer.json("{\"done\":true,\"error\":{\"code\":3,\"message\":\"" + words + "\"}}"))) {
            assertThat(adapter.poll(target(provider.uri("")), OPERATION))
                    .isEqualTo(new Poll.Failed("content_refused", words, Poll.Cause.LASTING));
        }
    }

    @Test
    void a_filtered_video_is_refused_content_with_the_first_reason_and_is_not_billed() {
        assertThat(poll(done("'response':{'generateVideoResponse':{'raiMediaFilteredCount':1,"
                        + "'raiMediaFilteredReasons':['First.','Second.']}}")))
                .isEqualTo(new Poll.Failed("content_refused", "First.", Poll.Cause.FILTERED));
        assertThat(adapter.terms("veo-3.1").bills(Poll.Cause.FILTERED)).isFalse();
        assertThat(adapter.terms("veo-3.1").bills(Poll.Cause.LASTING)).isTrue();
        assertThat(adapter.terms("veo-3.1").bills(Poll.Cause.PASSING)).isTrue();
    }

    @Test
    void a_video_beside_a_filtered_one_is_a_video() {
        assertThat(poll(done("'response':{'generateVideoResponse':{'raiMediaFilteredCount':1,"
                        + "'generatedSamples':[{'video':{'uri':'https://example.com/v'}}]}}")))
                .isEqualTo(new Poll.Completed());
    }

    @Test
    void a_result_without_video_count_and_error_has_failed() {
        assertThat(poll(done("'response':{'generateVideoResponse':{}}")))
                .isInstanceOfSatisfying(
                        Poll.Failed.class, failed -> assertThat(failed.code()).isEqualTo("server_error"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'done':false}",
                "{'name':7}",
                "{'name':'n','done':'maybe'}",
                "{'name':'n','done':true}",
                "{'name':'n','done':true,'response':{}}",
                "{'name':'n','done':true,'response':{'@type':'x','movies':[{'uri':'u'}]}}",
                "{'error':{'code':500,'message':'no'}}",
                "[]",
                "null"
            })
    void a_shape_that_nobody_knows_says_nothing(String body) {
        assertThat(poll(json(body))).isInstanceOf(Poll.Unknown.class);
    }
}
