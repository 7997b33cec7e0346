package dev.millrace.provider.gemini;

import static dev.millrace.provider.gemini.GeminiCalls.HI;
import static dev.millrace.provider.gemini.GeminiCalls.call;
import static dev.millrace.provider.gemini.GeminiCalls.json;
import static dev.millrace.provider.gemini.GeminiCalls.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ChatStream.Part;
import dev.millrace.provider.ChunkRules;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.Heard;
import dev.millrace.provider.Patience;
import dev.millrace.provider.ProviderOutcome.RateLimited;
import dev.millrace.provider.ProviderOutcome.Retryable;
import dev.millrace.provider.Quirk;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import dev.millrace.provider.Usage;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Google's streams, event by event.
@DisplayNameGeneration(ReplaceUnderscores.class)
class GeminiStreamTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Patience PATIENT = new Patience(LONG, LONG, LONG);
    private static final String END = "{'candidates':[{'content':{'parts':[{'text':''}]},'finishReason':'STOP'}]}";

    private static Heard hear(String fields, String... events) {
        return hear(Traits.NONE, fields, events);
    }

    private static Heard hear(Traits traits, String fields, String... events) {
        var body = new StringBuilder();
        for (var event : events) {
            body.append("data: ").append(json(event)).append("\r\n\r\n");
        }
        // Without a length, and closed at its end, as Google does it.
        try (var provider = RawServer.start(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + body);
        })) {
            var target = new Target("raw", provider.uri(""), "gemini-3-pro", Simulated.KEY, LONG, traits);
            var adapter = new GeminiChat(Simulated.HTTP, Simulated.JSON, Clock.systemUTC());
            var heard = Heard.of(Heard.streaming(adapter.open(target, call(fields), PATIENT)));
            assertThat(provider.requests().getFirst())
                    .startsWith("POST /v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse HTTP/1.1\r\n");
            if (!heard.chunks().isEmpty()) {
                ChunkRules.hold(heard, "public", false);
            }
            return heard;
        }
    }

    private static String said(String part) {
        return "{'candidates':[{'content':{'role':'model','parts':[" + part + "]}}]}";
    }

    private static Retryable broken(Heard heard) {
        assertThat(heard.broken()).isInstanceOf(Retryable.class);
        return (Retryable) heard.broken();
    }

    @Test
    void texts_are_content_and_the_finish_reason_is_the_end_with_text_or_without() {
        var without = hear(HI, said("{'text':'a'}"), said("{'text':'b'}"), END);
        assertThat(without.text(0)).isEqualTo("ab");
        assertThat(without.finishReasons(0)).containsExactly("stop");
        assertThat(without.end()).isNotNull();
        var with = hear(
                HI,
                said("{'text':'a'}"),
                "{'candidates':[{'content':{'parts':[{'text':'b'}]},'finishReason':'MAX_TOKENS'}]}");
        assertThat(with.text(0)).isEqualTo("ab");
        assertThat(with.finishReasons(0)).containsExactly("length");
    }

    @Test
    void thoughts_are_reasoning_and_tokens_too() {
        var heard = hear(HI, said("{'text':'hm','thought':true}"), said("{'text':'a'}"), END);
        assertThat(heard.deltas(0).getFirst().path("reasoning_content").asString())
                .isEqualTo("hm");
        assertThat(heard.firstToken()).hasValue(heard.chunks().getFirst());
        assertThat(heard.text(0)).isEqualTo("a");
    }

    @Test
    void calls_are_counted_over_the_stream_and_end_it_as_such() {
        var heard = hear(
                HI,
                said("{'functionCall':{'name':'f','args':{'a':1}}}"),
                said("{'functionCall':{'name':'g'}},{'functionCall':{'name':'f','args':{}}}"),
                END);
        assertThat(heard.finishReasons(0)).containsExactly("tool_calls");
        assertThat(List.of(heard.arguments(0, 0), heard.arguments(0, 1), heard.arguments(0, 2)))
                .containsExactly("{\"a\":1}", "{}", "{}");
        var names = heard.deltas(0).stream()
                .flatMap(delta -> delta.path("tool_calls").valueStream())
                .filter(call -> call.has("id"))
                .map(call -> call.path("function").path("name").asString());
        assertThat(names).containsExactly("f", "g", "f");
    }

    @Test
    void the_last_usage_counts() {
        var heard = hear(
                HI,
                "{'candidates':[{'content':{'parts':[{'text':'a'}]}}],'usageMetadata':{'promptTokenCount':9,"
                        + "'candidatesTokenCount':1}}",
                "{'candidates':[{'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':9,"
                        + "'candidatesTokenCount':5,'thoughtsTokenCount':20,'cachedContentTokenCount':4}}");
        assertThat(heard.end().usage()).isEqualTo(new Usage(9, 25, 4, 20, false));
    }

    @Test
    void candidates_are_choices_that_begin_in_their_order_and_all_have_to_end() {
        var events = new String[] {
            "{'candidates':[{'index':1,'content':{'parts':[{'text':'x'}]}}]}",
            "{'candidates':[{'content':{'parts':[{'text':'a'}]},'finishReason':'STOP'}]}",
            "{'candidates':[{'index':1,'content':{'parts':[{'text':'y'}]},'finishReason':'MAX_TOKENS'}]}"
        };
        var heard = hear(HI + ",'n':2", events);
        assertThat(heard.json().getFirst().path("choices").path(0).path("index").asInt())
                .isZero();
        assertThat(heard.text(0)).isEqualTo("a");
        assertThat(heard.text(1)).isEqualTo("xy");
        assertThat(heard.finishReasons(1)).containsExactly("length");
        assertThat(heard.end()).isNotNull();

        assertThat(broken(hear(HI + ",'n':2", events[0], events[1])).failure().kind())
                .isEqualTo("malformed_answer");
    }

    @Test
    void fewer_candidates_than_were_wanted_are_no_whole_answer_unless_the_model_is_known_to_give_one() {
        var events = new String[] {said("{'text':'a'}"), END};

        assertThat(broken(hear(HI + ",'n':2", events)).failure().kind()).isEqualTo("malformed_answer");

        var oneChoice = new Traits(Set.of(Quirk.ONE_CHOICE), Set.of(), Optional.empty(), 0);
        assertThat(hear(oneChoice, HI + ",'n':2", events).end()).isNotNull();
    }

    @Test
    void what_follows_the_finish_reason_reaches_nobody() {
        var heard = hear(HI, said("{'text':'a'}"), END, said("{'text':'late'}"), END);
        assertThat(heard.text(0)).isEqualTo("a");
        assertThat(heard.finishReasons(0)).containsExactly("stop");
    }

    @Test
    void a_prompt_that_is_blocked_is_answered_by_the_filter() {
        var heard = hear(HI, "{'promptFeedback':{'blockReason':'SAFETY'},'usageMetadata':{'promptTokenCount':9}}");
        assertThat(heard.finishReasons(0)).containsExactly("content_filter");
        assertThat(heard.end().usage()).isEqualTo(new Usage(9, 0, 0, 0, false));
        assertThat(heard.firstToken()).isEmpty();
    }

    @Test
    void a_prompt_that_is_blocked_when_it_was_answered_in_part_ends_at_the_filter_too() {
        var heard = hear(HI, said("{'text':'a'}"), "{'promptFeedback':{'blockReason':'PROHIBITED_CONTENT'}}");
        assertThat(heard.text(0)).isEqualTo("a");
        assertThat(heard.finishReasons(0)).containsExactly("content_filter");
        assertThat(heard.end()).isNotNull();
    }

    @Test
    void the_response_id_is_what_the_provider_can_be_asked_about_as_soon_as_it_is_told() {
        var stream = Heard.streaming(open("{'responseId':'r1','candidates':[{'content':{'parts':[{'text':'a'}]}}]}"));
        assertThat(stream.requestId()).isEmpty();
        stream.next();
        assertThat(stream.requestId()).hasValue("r1");
        assertThat(broken(Heard.of(stream)).failure().requestId()).hasValue("r1");
    }

    @Test
    void an_answer_that_a_filter_ends_keeps_what_was_said() {
        var heard = hear(HI, said("{'text':'a'}"), "{'candidates':[{'finishReason':'SAFETY'}]}");
        assertThat(heard.text(0)).isEqualTo("a");
        assertThat(heard.finishReasons(0)).containsExactly("content_filter");
    }

    @Test
    void logprobs_stand_beside_the_content_that_they_are_of() {
        var heard = hear(
                HI + ",'logprobs':true",
                "{'candidates':[{'content':{'parts':[{'text':'a'}]},'logprobsResult':{'chosenCandidates':"
                        + "[{'token':'a','logProbability':-0.5}],'topCandidates':[]}}]}",
                END);
        JsonNode choice = heard.json().getFirst().path("choices").path(0);
        assertThat(choice.path("delta").path("content").asString()).isEqualTo("a");
        assertThat(choice.path("logprobs").path("content"))
                .isEqualTo(tree("[{'token':'a','logprob':-0.5,'bytes':[97],'top_logprobs':[]}]"));
    }

    @Test
    void a_call_that_google_itself_could_not_read_breaks_it_for_the_model() {
        var heard = hear(HI, said("{'text':'a'}"), "{'candidates':[{'finishReason':'MALFORMED_FUNCTION_CALL'}]}");
        assertThat(broken(heard).failure().scope()).isEqualTo(Scope.MODEL);
        assertThat(heard.finishReasons(0)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'candidates':[{'content':{'parts':[{'text':'hm','thought':true}]},'finishReason':'STOP'}]}",
                "{'candidates':[{'content':{},'finishReason':'STOP'}]}",
                "{'candidates':[{'index':1,'content':{'parts':[{'text':'a'}]},'finishReason':'STOP'}]}",
                "{'candidates':[{'index':-1,'finishReason':'STOP'}]}",
                "{'usageMetadata':{'promptTokenCount':9}}",
                "{'detail':'no'}",
                "[]",
                "'text'",
                "7",
                "{'candidates':"
            })
    void what_is_not_whole_or_says_nothing_breaks_it(String event) {
        assertThat(broken(Heard.of(Heard.streaming(open(event)))).failure().kind())
                .isEqualTo("malformed_answer");
    }

    /// Of a provider that sends one event and ends.
    private static dev.millrace.provider.ChatAdapter.Opening open(String event) {
        var provider = RawServer.start(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
                    + "data: " + json(event) + "\r\n\r\n");
        });
        var target = new Target("raw", provider.uri(""), "gemini-3-pro", Simulated.KEY, LONG, Traits.NONE);
        return new GeminiChat(Simulated.HTTP, Simulated.JSON, Clock.systemUTC()).open(target, call(HI), PATIENT);
    }

    @Test
    void an_error_in_the_middle_means_what_it_means_before_it_also_in_an_array() {
        var limited = hear(
                HI,
                said("{'text':'a'}"),
                "{'error':{'code':429,'message':'m','status':'RESOURCE_EXHAUSTED','details':[{'@type':"
                        + "'type.googleapis.com/google.rpc.RetryInfo','retryDelay':'2s'}]}}");
        assertThat(limited.last())
                .isInstanceOfSatisfying(
                        Part.Broken.class,
                        last -> assertThat(last.outcome())
                                .isInstanceOfSatisfying(
                                        RateLimited.class,
                                        outcome ->
                                                assertThat(outcome.retryAfter()).hasValue(Duration.ofSeconds(2))));
        var overloaded = hear(HI, "[{'error':{'code':503,'message':'m','status':'UNAVAILABLE'}}]");
        assertThat(broken(overloaded).failure().kind()).isEqualTo("provider_error");
        assertThat(broken(overloaded).failure().httpStatus()).hasValue(503);
    }

    @Test
    void what_was_used_until_it_broke_is_no_less_than_what_was_said() {
        var heard = Heard.streaming(open("{'candidates':[{'content':{'parts':[{'text':'" + "a".repeat(400)
                + "'}]}}],'usageMetadata':{'promptTokenCount':9,'candidatesTokenCount':1}}"));
        Heard.of(heard);
        assertThat(heard.usedSoFar()).isEqualTo(new Usage(9, 100, 0, 0, true));
    }
}
