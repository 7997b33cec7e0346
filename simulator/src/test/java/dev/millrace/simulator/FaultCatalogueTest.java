package dev.millrace.simulator;

import static dev.millrace.simulator.ChatFormat.events;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.RawClient.End;
import dev.millrace.simulator.RawClient.Received;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Every fault that a model name can ask for in chat, in each wire format.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FaultCatalogueTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();
    private static final String LAST_CHUNK = "0\r\n\r\n";

    private final String provider = freshProvider();

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private HttpResponse<String> ask(ChatFormat format, String behaviour) throws Exception {
        return format.ask(SIMULATOR, provider, "sim-chat~" + behaviour);
    }

    private List<Integer> statuses(ChatFormat format, String behaviour, int requests) throws Exception {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            statuses.add(ask(format, behaviour).statusCode());
        }
        return statuses;
    }

    private Received stream(ChatFormat format, String behaviour) {
        return format.receive(SIMULATOR, provider, "sim-chat~tokens=9~close~" + behaviour, true, 5_000);
    }

    /// For streams that do not end by themselves.
    private Received begun(ChatFormat format, String behaviour) {
        return format.receive(SIMULATOR, provider, "sim-chat~tokens=9~" + behaviour, true, 300);
    }

    @ParameterizedTest
    @EnumSource
    void nothing_goes_wrong_unasked(ChatFormat format) throws Exception {
        HttpResponse<String> answer = format.ask(SIMULATOR, provider, "sim-chat");
        Received stream = stream(format, "close");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(format.text(answer.body())).isEqualTo("Echo: hello");
        assertThat(format.finish(answer.body())).isNotEmpty();
        assertThat(format.usage(answer.body()).isObject()).isTrue();
        assertThat(format.tokens(stream)).isEqualTo(9);
        assertThat(events(stream)).anyMatch(format::isFinish);
        assertThat(events(stream).getLast()).matches(format::isEnd, "the end");
        assertThat(stream.body()).endsWith(LAST_CHUNK);
    }

    @ParameterizedTest
    @EnumSource
    void too_many_requests_with_and_without_a_time_to_come_back(ChatFormat format) throws Exception {
        HttpResponse<String> silent = ask(format, "status=429");
        HttpResponse<String> helpful = ask(format, "status=429~retry-after=7");

        assertThat(silent.statusCode()).isEqualTo(429);
        assertThat(silent.headers().firstValue("retry-after")).isEmpty();
        assertThat(helpful.statusCode()).isEqualTo(429);
        assertThat(helpful.headers().firstValue("retry-after")).contains("7");
    }

    @ParameterizedTest
    @EnumSource
    void one_failure_of_the_server_and_many(ChatFormat format) throws Exception {
        assertThat(statuses(format, "status=500~times=1", 2)).containsExactly(500, 200);
        assertThat(statuses(format, "status=503~times=4", 5)).containsExactly(503, 503, 503, 503, 200);
        assertThat(statuses(format, "status=502~tag=a", 2)).containsExactly(502, 502);
        assertThat(statuses(format, "status=529", 1)).containsExactly(529);
    }

    @ParameterizedTest
    @EnumSource
    void flapping(ChatFormat format) throws Exception {
        assertThat(statuses(format, "status=503~flap=2/1", 6)).containsExactly(503, 503, 200, 503, 503, 200);
    }

    @ParameterizedTest
    @EnumSource
    void a_reset_and_silence_before_any_answer(ChatFormat format) {
        assertThat(format.receive(SIMULATOR, provider, "sim-chat~reset", false, 5_000))
                .isEqualTo(new Received("", End.RESET));
        assertThat(format.receive(SIMULATOR, provider, "sim-chat~reset", true, 5_000))
                .isEqualTo(new Received("", End.RESET));
        assertThat(begun(format, "silence")).isEqualTo(new Received("", End.STILL_OPEN));
    }

    @ParameterizedTest
    @EnumSource
    void a_slow_first_token(ChatFormat format) {
        Received received = begun(format, "first-token=1m");

        assertThat(received.end()).isEqualTo(End.STILL_OPEN);
        assertThat(received.head()).startsWith("HTTP/1.1 200 OK");
        assertThat(format.tokens(received)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void a_stream_that_stalls_is_cut_or_reset(ChatFormat format) {
        Received stalled = begun(format, "stall=2");
        Received cut = stream(format, "cut=2");

        assertThat(stalled.end()).isEqualTo(End.STILL_OPEN);
        assertThat(format.tokens(stalled)).isEqualTo(2);
        assertThat(cut.end()).isEqualTo(End.CLOSED);
        assertThat(format.tokens(cut)).isEqualTo(2);
        assertThat(cut.body()).doesNotEndWith(LAST_CHUNK);
        assertThat(stream(format, "gap=1ms~reset=mid-body").end()).isEqualTo(End.RESET);
    }

    @ParameterizedTest
    @EnumSource
    void a_malformed_event_and_a_malformed_chunk(ChatFormat format) {
        Received malformed = stream(format, "malformed=2");

        assertThat(events(malformed).stream().filter(event -> !event.endsWith("}") && !event.equals("[DONE]")))
                .hasSize(1);
        assertThat(format.tokens(malformed)).isLessThanOrEqualTo(9);
        assertThat(events(malformed).getLast()).matches(format::isEnd, "the end");
        assertThat(stream(format, "bad-chunk=2").body()).endsWith("zz\r\n");
    }

    @ParameterizedTest
    @EnumSource
    void a_stream_in_good_order_whose_end_is_missing(ChatFormat format) {
        Received early = stream(format, "end-after=2");

        assertThat(format.tokens(early)).isEqualTo(2);
        assertThat(early.body()).endsWith(LAST_CHUNK);
        assertThat(events(early)).noneMatch(format::isEnd).noneMatch(format::isFinish);
        assertThat(stream(format, "no-done").body()).endsWith(LAST_CHUNK);
        assertThat(events(stream(format, "no-done")))
                .noneMatch(event -> format.isEnd(event) && !format.isFinish(event));
        assertThat(events(stream(format, "no-finish"))).noneMatch(format::isFinish);
    }

    @ParameterizedTest
    @EnumSource
    void a_plain_answer_without_a_finish_reason(ChatFormat format) throws Exception {
        HttpResponse<String> answer = ask(format, "no-finish");

        assertThat(format.text(answer.body())).isEqualTo("Echo: hello");
        assertThat(format.finish(answer.body())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void a_200_with_an_error_object_with_html_or_with_nothing(ChatFormat format) throws Exception {
        HttpResponse<String> error = ask(format, "body=error~error=overloaded");
        HttpResponse<String> html = ask(format, "body=html");

        assertThat(error.statusCode()).isEqualTo(200);
        assertThat(SimulatorFixture.JSON
                        .readTree(error.body())
                        .at("/error/message")
                        .stringValue())
                .containsIgnoringCase("overloaded");
        assertThat(html.statusCode()).isEqualTo(200);
        assertThat(html.body()).startsWith("<html>");
        assertThat(stream(format, "body=html").body()).startsWith("<html>");
        assertThat(ask(format, "body=nothing").body()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void an_error_as_first_event_and_in_the_middle(ChatFormat format) {
        Received first = stream(format, "error-at=0~error=overloaded");
        Received later = stream(format, "error-at=3~error=overloaded");

        assertThat(first.head()).startsWith("HTTP/1.1 200 OK");
        assertThat(events(first))
                .singleElement()
                .satisfies(event -> assertThat(SimulatorFixture.JSON
                                .readTree(event)
                                .path("error")
                                .isObject())
                        .isTrue());
        assertThat(format.tokens(later)).isEqualTo(3);
        assertThat(events(later).getLast()).containsIgnoringCase("overloaded");
        assertThat(later.body()).endsWith(LAST_CHUNK);
    }

    @ParameterizedTest
    @EnumSource
    void an_empty_answer(ChatFormat format) throws Exception {
        HttpResponse<String> answer = ask(format, "empty");
        Received stream = stream(format, "empty");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(format.text(answer.body())).isEmpty();
        assertThat(format.finish(answer.body())).isNotEmpty();
        assertThat(format.tokens(stream)).isZero();
        assertThat(events(stream)).anyMatch(format::isFinish);
    }

    @ParameterizedTest
    @EnumSource
    void no_usage_and_usage_on_the_finish_chunk(ChatFormat format) throws Exception {
        assertThat(format.usage(ask(format, "usage=none").body()).isMissingNode())
                .isTrue();
        assertThat(stream(format, "usage=none").body()).doesNotContain("\"usage");

        List<String> events = events(stream(format, "usage=finish"));
        assertThat(events.stream().filter(format::isFinish)).allMatch(event -> event.contains("\"usage"));
        assertThat(events.stream().filter(format::isToken)).noneMatch(event -> event.contains("\"usage"));
    }

    @ParameterizedTest
    @CsvSource({
        "OPENAI, invalid_api_key, 401, Incorrect API key",
        "OPENAI, insufficient_quota, 429, exceeded your current quota",
        "OPENAI, context_length_exceeded, 400, maximum context length",
        "OPENAI, content_refused, 400, safety system",
        "OPENAI, model_not_found, 404, does not exist",
        "ANTHROPIC, invalid_api_key, 401, invalid x-api-key",
        "ANTHROPIC, insufficient_quota, 400, usage limits",
        "ANTHROPIC, context_length_exceeded, 400, prompt is too long",
        "ANTHROPIC, content_refused, 400, content filtering policy",
        "ANTHROPIC, model_not_found, 404, model:",
        "GEMINI, invalid_api_key, 400, API key not valid",
        "GEMINI, insufficient_quota, 429, exceeded your current quota",
        "GEMINI, context_length_exceeded, 400, exceeds the maximum number of tokens",
        "GEMINI, content_refused, 400, violate our policies",
        "GEMINI, model_not_found, 404, is not found"
    })
    void a_wrong_key_no_quota_too_much_context_and_refused_content(
            ChatFormat format, String error, int status, String message) throws Exception {
        HttpResponse<String> answer = ask(format, "error=" + error);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(SimulatorFixture.JSON
                        .readTree(answer.body())
                        .at("/error/message")
                        .stringValue())
                .contains(message);
    }

    @ParameterizedTest
    @CsvSource({"OPENAI, content_filter", "ANTHROPIC, refusal", "GEMINI, SAFETY"})
    void an_answer_that_was_filtered(ChatFormat format, String reason) throws Exception {
        assertThat(format.finish(ask(format, "empty~finish=" + reason).body())).isEqualTo(reason);
    }
}
