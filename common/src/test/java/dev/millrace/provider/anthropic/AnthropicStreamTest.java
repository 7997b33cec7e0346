package dev.millrace.provider.anthropic;

import static dev.millrace.provider.anthropic.StreamedMessage.START;
import static dev.millrace.provider.anthropic.StreamedMessage.STOP;
import static dev.millrace.provider.anthropic.StreamedMessage.begin;
import static dev.millrace.provider.anthropic.StreamedMessage.delta;
import static dev.millrace.provider.anthropic.StreamedMessage.end;
import static dev.millrace.provider.anthropic.StreamedMessage.finish;
import static dev.millrace.provider.anthropic.Translation.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome.RateLimited;
import dev.millrace.provider.ProviderOutcome.Retryable;
import dev.millrace.provider.ProviderOutcome.Terminal;
import dev.millrace.provider.Usage;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The events of a streamed message, one by one.
@DisplayNameGeneration(ReplaceUnderscores.class)
class AnthropicStreamTest {

    private static final String TEXT = begin(0, "{'type':'text','text':''}");
    private static final String HI = delta(0, "{'type':'text_delta','text':'Hi'}");
    private static final String TOOL = begin(0, "{'type':'tool_use','id':'toolu_1','name':'look','input':{}}");

    @Test
    void text_comes_as_content_with_the_role_once_and_a_finish_reason_at_the_end() {
        var stream = StreamedMessage.of(
                START,
                TEXT,
                "{'type':'ping'}",
                HI,
                delta(0, "{'type':'text_delta','text':' there'}"),
                end(0),
                finish("end_turn"),
                STOP);
        stream.whole();
        assertThat(stream.chunks().getFirst().path("choices").path(0).path("delta"))
                .isEqualTo(json("{'role':'assistant','content':'Hi'}"));
        assertThat(stream.deltas()).containsExactly(json("{'content':'Hi'}"), json("{'content':' there'}"), json("{}"));
        assertThat(stream.tokens()).containsExactly(true, true, false);
        assertThat(stream.finishReasons()).containsExactly("stop");
        assertThat(stream.chunks()).allSatisfy(chunk -> {
            assertThat(chunk.path("model").asString()).isEqualTo("public");
            assertThat(chunk.path("object").asString()).isEqualTo("chat.completion.chunk");
            assertThat(chunk.path("id")).isEqualTo(stream.chunks().getFirst().path("id"));
            assertThat(chunk.path("usage").isNull()).isTrue();
        });
    }

    @Test
    void usage_counts_cached_tokens_in_and_replaces_what_the_start_said() {
        var end = StreamedMessage.of(START, TEXT, HI, end(0), finish("end_turn"), STOP)
                .whole();
        assertThat(end.usage()).isEqualTo(new Usage(20, 7, 5, 3, 2, false));
        var chunk = json(new String(end.usageChunk(), java.nio.charset.StandardCharsets.UTF_8));
        assertThat(chunk.path("choices").isEmpty()).isTrue();
        assertThat(chunk.path("usage").path("prompt_tokens_details"))
                .isEqualTo(json("{'cached_tokens':5,'cache_write_tokens':3}"));
        assertThat(chunk.path("usage").path("total_tokens").asInt()).isEqualTo(27);
    }

    @Test
    void usage_that_the_last_events_repeat_is_cumulative() {
        var end = StreamedMessage.of(
                        START,
                        TEXT,
                        HI,
                        end(0),
                        "{'type':'message_delta','delta':{'stop_reason':'end_turn'},"
                                + "'usage':{'input_tokens':13,'cache_read_input_tokens':6,'output_tokens':9}}",
                        STOP)
                .whole();
        assertThat(end.usage()).isEqualTo(new Usage(22, 9, 6, 3, 0, false));
    }

    @Test
    void usage_that_is_not_told_is_a_guess() {
        var end = StreamedMessage.of(
                        "{'type':'message_start','message':{'id':'m'}}",
                        TEXT,
                        HI,
                        end(0),
                        "{'type':'message_delta','delta':{'stop_reason':'end_turn'}}",
                        STOP)
                .whole();
        assertThat(end.usage().estimated()).isTrue();
        assertThat(end.usage().prompt()).isPositive();
        assertThat(end.usage().completion()).isPositive();
    }

    @Test
    void calls_are_counted_by_themselves_and_their_arguments_come_in_fragments() {
        var stream = StreamedMessage.of(
                START,
                TEXT,
                HI,
                end(0),
                begin(1, "{'type':'tool_use','id':'toolu_1','name':'look','input':{}}"),
                delta(1, "{'type':'input_json_delta','partial_json':''}"),
                delta(1, "{'type':'input_json_delta','partial_json':'{\\\"a\\\"'}"),
                delta(1, "{'type':'input_json_delta','partial_json':':1}'}"),
                end(1),
                begin(2, "{'type':'tool_use','id':'toolu_2','name':'hear','input':{}}"),
                end(2),
                finish("tool_use"),
                STOP);
        stream.whole();
        assertThat(stream.deltas())
                .containsExactly(
                        json("{'content':'Hi'}"),
                        json("{'tool_calls':[{'index':0,'id':'toolu_1','type':'function',"
                                + "'function':{'name':'look','arguments':''}}]}"),
                        json("{'tool_calls':[{'index':0,'function':{'arguments':'{\\\"a\\\"'}}]}"),
                        json("{'tool_calls':[{'index':0,'function':{'arguments':':1}'}}]}"),
                        json("{'tool_calls':[{'index':1,'id':'toolu_2','type':'function',"
                                + "'function':{'name':'hear','arguments':''}}]}"),
                        json("{'tool_calls':[{'index':1,'function':{'arguments':'{}'}}]}"),
                        json("{}"));
        assertThat(stream.finishReasons()).containsExactly("tool_calls");
    }

    @Test
    void thoughts_come_as_reasoning_and_their_signature_stays() {
        var stream = StreamedMessage.of(
                START,
                begin(0, "{'type':'thinking','thinking':'','signature':''}"),
                delta(0, "{'type':'thinking_delta','thinking':'Hm'}"),
                delta(0, "{'type':'signature_delta','signature':'c2ln'}"),
                end(0),
                begin(1, "{'type':'text','text':''}"),
                delta(1, "{'type':'citations_delta','citation':{}}"),
                delta(1, "{'type':'text_delta','text':'Hi'}"),
                end(1),
                finish("end_turn"),
                STOP);
        stream.whole();
        assertThat(stream.deltas())
                .containsExactly(json("{'reasoning_content':'Hm'}"), json("{'content':'Hi'}"), json("{}"));
        assertThat(stream.tokens()).containsExactly(true, true, false);
    }

    @ParameterizedTest
    @CsvSource({
        "end_turn, stop",
        "stop_sequence, stop",
        "pause_turn, stop",
        "max_tokens, length",
        "model_context_window_exceeded, length",
        "tool_use, tool_calls",
        "refusal, content_filter",
        "a_later_one, stop"
    })
    void stop_reasons_are_finish_reasons(String reason, String finish) {
        assertThat(StreamedMessage.of(START, TEXT, HI, end(0), finish(reason), STOP)
                        .finishReasons())
                .containsExactly(finish);
    }

    @Test
    void a_refusal_that_says_nothing_else_says_why() {
        var stream = StreamedMessage.of(
                START,
                "{'type':'message_delta','delta':{'stop_reason':'refusal','stop_details':"
                        + "{'type':'refusal','explanation':'Not this.'}},'usage':{'output_tokens':0}}",
                STOP);
        stream.whole();
        assertThat(stream.deltas()).containsExactly(json("{'refusal':'Not this.'}"), json("{}"));
        assertThat(stream.finishReasons()).containsExactly("content_filter");
    }

    @Test
    void a_refusal_without_a_word_is_an_answer_too() {
        var stream = StreamedMessage.of(START, finish("refusal"), STOP);
        stream.whole();
        assertThat(stream.finishReasons()).containsExactly("content_filter");
    }

    @Test
    void an_event_that_nobody_knows_is_skipped() {
        StreamedMessage.of(START, "{'type':'content_hologram','x':1}", TEXT, HI, end(0), finish("end_turn"), STOP)
                .whole();
    }

    @Test
    void a_stream_without_its_last_event_is_broken() {
        malformed(StreamedMessage.of(START, TEXT, HI, end(0), finish("end_turn")));
    }

    @Test
    void a_stream_without_a_stop_reason_is_broken() {
        malformed(StreamedMessage.of(START, TEXT, HI, end(0), STOP));
    }

    @Test
    void an_answer_that_says_nothing_is_broken() {
        malformed(StreamedMessage.of(START, finish("end_turn"), STOP));
    }

    private static void malformed(StreamedMessage stream) {
        assertThat(stream.broken())
                .isInstanceOfSatisfying(
                        Retryable.class,
                        retryable -> assertThat(retryable.failure().kind()).isEqualTo("malformed_answer"));
    }

    @ParameterizedTest
    @CsvSource({
        "overloaded_error,      Overloaded,                                PROVIDER, provider_error",
        "api_error,             Internal,                                  PROVIDER, provider_error",
        "timeout_error,         Late,                                      PROVIDER, provider_error",
        "authentication_error,  invalid x-api-key,                         KEY,      invalid_key",
        "billing_error,         Pay,                                       KEY,      quota_exhausted",
        "invalid_request_error, You have reached your specified API usage limits., KEY, quota_exhausted",
        "permission_error,      No,                                        MODEL,    model_unavailable",
        "not_found_error,       No such model,                             MODEL,    model_unavailable",
    })
    void an_error_in_the_stream_means_what_it_means_as_an_answer(
            String type, String message, Scope scope, String kind) {
        var outcome = error(type, message).broken();
        assertThat(outcome).isInstanceOfSatisfying(Retryable.class, retryable -> {
            assertThat(retryable.failure().scope()).isEqualTo(scope);
            assertThat(retryable.failure().kind()).isEqualTo(kind);
            assertThat(retryable.failure().httpStatus()).hasValue(200);
        });
    }

    @Test
    void an_error_in_the_stream_may_be_a_rate_limit_or_final() {
        assertThat(error("rate_limit_error", "Too many").broken()).isInstanceOf(RateLimited.class);
        assertThat(error("invalid_request_error", "prompt is too long: 2 tokens > 1 maximum")
                        .broken())
                .isInstanceOfSatisfying(
                        Terminal.class,
                        terminal -> assertThat(terminal.failure().kind()).isEqualTo("context_too_long"));
    }

    private static StreamedMessage error(String type, String message) {
        return StreamedMessage.of(
                START, TEXT, HI, "{'type':'error','error':{'type':'" + type + "','message':'" + message + "'}}");
    }

    @Test
    void a_caller_who_did_not_ask_for_usage_sees_none() {
        assertThat(StreamedMessage.of(false, START, TOOL, end(0), finish("tool_use"), STOP)
                        .chunks())
                .allSatisfy(chunk -> assertThat(chunk.has("usage")).isFalse());
    }
}
