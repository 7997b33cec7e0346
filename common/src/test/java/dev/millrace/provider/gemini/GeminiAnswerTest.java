package dev.millrace.provider.gemini;

import static dev.millrace.provider.gemini.GeminiCalls.HI;
import static dev.millrace.provider.gemini.GeminiCalls.answer;
import static dev.millrace.provider.gemini.GeminiCalls.call;
import static dev.millrace.provider.gemini.GeminiCalls.json;
import static dev.millrace.provider.gemini.GeminiCalls.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderOutcome.RateLimited;
import dev.millrace.provider.ProviderOutcome.Retryable;
import dev.millrace.provider.ProviderOutcome.Succeeded;
import dev.millrace.provider.ProviderOutcome.Terminal;
import dev.millrace.provider.Quirk;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import dev.millrace.provider.Usage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Google's whole answers, shape by shape.
@DisplayNameGeneration(ReplaceUnderscores.class)
class GeminiAnswerTest {

    private static final String SAID = "{'content':{'parts':[{'text':'a'}]},'finishReason':'STOP'}";

    private static ProviderOutcome ask(String body) {
        return ask(body, "", Traits.NONE);
    }

    /// @param more fields of the request
    private static ProviderOutcome ask(String body, String more, Traits traits) {
        try (var provider = RawServer.answering(RawServer.json(json(body)))) {
            var target =
                    new Target("raw", provider.uri(""), "gemini-3-pro", Simulated.KEY, Duration.ofSeconds(10), traits);
            return new GeminiChat(
                            Simulated.HTTP,
                            Simulated.JSON,
                            Clock.fixed(Instant.ofEpochSecond(1_790_000_000), ZoneOffset.UTC))
                    .complete(target, call(HI + more));
        }
    }

    private static JsonNode choice(String candidate) {
        return answer(ask("{'candidates':[" + candidate + "]}")).path("choices").path(0);
    }

    private static void malformed(ProviderOutcome outcome, Scope scope) {
        assertThat(outcome).isInstanceOfSatisfying(Retryable.class, retryable -> {
            assertThat(retryable.failure().kind()).isEqualTo("malformed_answer");
            assertThat(retryable.failure().scope()).isEqualTo(scope);
            assertThat(retryable.failure().httpStatus()).hasValue(200);
        });
    }

    @Test
    void an_answer_has_all_that_the_openai_format_requires() {
        assertThat(answer(ask("{'candidates':[" + SAID + "],'usageMetadata':{'promptTokenCount':9,"
                        + "'toolUsePromptTokenCount':3,'cachedContentTokenCount':4,'candidatesTokenCount':2,"
                        + "'thoughtsTokenCount':5,'totalTokenCount':19},'modelVersion':'v','responseId':'r'}")))
                .isEqualTo(tree("{'id':'chatcmpl-r','object':'chat.completion','created':1790000000,'model':'public',"
                        + "'choices':[{'index':0,'message':{'role':'assistant','content':'a','refusal':null},"
                        + "'logprobs':null,'finish_reason':'stop'}],"
                        + "'usage':{'prompt_tokens':12,'completion_tokens':7,'total_tokens':19,"
                        + "'prompt_tokens_details':{'cached_tokens':4},"
                        + "'completion_tokens_details':{'reasoning_tokens':5}}}"));
    }

    @Test
    void fewer_candidates_than_were_wanted_are_no_whole_answer_unless_the_model_is_known_to_give_one() {
        var one = "{'candidates':[" + SAID + "]}";

        malformed(ask(one, ",'n':2", Traits.NONE), Scope.PROVIDER);

        var oneChoice = new Traits(Set.of(Quirk.ONE_CHOICE), Set.of(), Optional.empty(), 0);
        assertThat(ask(one, ",'n':2", oneChoice)).isInstanceOf(Succeeded.class);
        assertThat(ask("{'promptFeedback':{'blockReason':'SAFETY'}}", ",'n':2", Traits.NONE))
                .isInstanceOf(Succeeded.class);
    }

    @Test
    void an_error_means_what_it_means_with_the_status_that_it_should_have_had() {
        assertThat(ask("{'error':{'code':429,'status':'RESOURCE_EXHAUSTED','message':'m','details':[{'@type':"
                        + "'type.googleapis.com/google.rpc.RetryInfo','retryDelay':'7s'}]}}"))
                .isInstanceOfSatisfying(
                        RateLimited.class,
                        limited -> assertThat(limited.retryAfter()).hasValue(Duration.ofSeconds(7)));
        assertThat(ask("{'error':{'code':400,'status':'INVALID_ARGUMENT','message':"
                        + "'The input token count exceeds the maximum number of tokens allowed'}}"))
                .isInstanceOfSatisfying(
                        Terminal.class,
                        refused -> assertThat(refused.failure().kind()).isEqualTo("context_too_long"));
        assertThat(ask("{'error':{'code':400,'status':'INVALID_ARGUMENT','message':'API key not valid.'}}"))
                .isInstanceOfSatisfying(
                        Retryable.class,
                        refused -> assertThat(refused.failure().scope()).isEqualTo(Scope.KEY));
        malformed(ask("{'error':{'code':503,'status':'UNAVAILABLE','message':'overloaded'}}"), Scope.PROVIDER);
        malformed(ask("{'error':{'message':'who knows'}}"), Scope.PROVIDER);
        malformed(ask("{'error':'text'}"), Scope.PROVIDER);
    }

    @Test
    void the_response_id_is_what_the_provider_can_be_asked_about() {
        var answered = (Succeeded) ask("{'candidates':[" + SAID + "],'responseId':'r'}");
        assertThat(answered.answer().requestId()).hasValue("r");
        var nameless = answer(ask("{'candidates':[" + SAID + "]}"));
        assertThat(nameless.path("id").asString()).startsWith("chatcmpl-").hasSizeGreaterThan(20);
    }

    @Test
    void counts_that_are_zero_are_left_out_and_a_usage_that_is_missing_is_a_guess_marked_so() {
        var zeros = (Succeeded) ask("{'candidates':[" + SAID + "],'usageMetadata':{'promptTokenCount':9}}");
        assertThat(zeros.answer().usage()).hasValue(new Usage(9, 0, 0, 0, false));
        var missing = (Succeeded) ask("{'candidates':[" + SAID + "]}");
        assertThat(missing.answer().usage())
                .hasValueSatisfying(usage -> assertThat(usage.estimated()).isTrue());
        assertThat(answer(missing).path("usage").path("estimated").asBoolean()).isTrue();
    }

    @Test
    void thoughts_are_reasoning_and_no_part_of_the_content() {
        var message = choice("{'content':{'parts':[{'text':'hm ','thought':true},{'text':'a'},{'text':'h',"
                        + "'thought':true},{'text':'b','thoughtSignature':'AQ=='}]},'finishReason':'STOP'}")
                .path("message");
        assertThat(message.path("content").asString()).isEqualTo("ab");
        assertThat(message.path("reasoning_content").asString()).isEqualTo("hm h");
    }

    @Test
    void calls_have_ids_and_arguments_though_google_leaves_them_out() {
        var choice = choice("{'content':{'parts':[{'functionCall':{'name':'f'}},{'functionCall':{'name':'f',"
                + "'args':{'n':1.0000000000000000001}}}]},'finishReason':'STOP'}");
        assertThat(choice.path("finish_reason").asString()).isEqualTo("tool_calls");
        assertThat(choice.path("message").path("content").isNull()).isTrue();
        var calls = choice.path("message").path("tool_calls");
        assertThat(calls.path(0).path("id").asString())
                .startsWith("call_")
                .isNotEqualTo(calls.path(1).path("id").asString());
        assertThat(calls.path(0).path("type").asString()).isEqualTo("function");
        assertThat(calls.path(0).path("function").path("arguments").asString()).isEqualTo("{}");
        assertThat(calls.path(1).path("function").path("arguments").asString())
                .isEqualTo("{\"n\":1.0000000000000000001}");
    }

    @ParameterizedTest
    @CsvSource({
        "STOP, stop",
        "MAX_TOKENS, length",
        "SAFETY, content_filter",
        "RECITATION, content_filter",
        "BLOCKLIST, content_filter",
        "PROHIBITED_CONTENT, content_filter",
        "SPII, content_filter",
        "IMAGE_SAFETY, content_filter",
        "LANGUAGE, stop",
        "OTHER, stop",
        "NEVER_HEARD_OF, stop"
    })
    void a_reason_to_end_has_its_word_where_something_was_said(String googles, String finish) {
        var choice = choice("{'content':{'parts':[{'text':'a'}]},'finishReason':'" + googles + "'}");
        assertThat(choice.path("finish_reason").asString()).isEqualTo(finish);
        assertThat(choice.path("message").path("content").asString()).isEqualTo("a");
    }

    @ParameterizedTest
    @CsvSource({"MAX_TOKENS, length", "SAFETY, content_filter", "OTHER, content_filter", "NO_IMAGE, content_filter"})
    void a_reason_that_explains_why_nothing_was_said_makes_an_answer_of_it(String googles, String finish) {
        var choice = choice("{'finishReason':'" + googles + "'}");
        assertThat(choice.path("finish_reason").asString()).isEqualTo(finish);
        assertThat(choice.path("message").path("content").isNull()).isTrue();
    }

    @Test
    void a_prompt_that_is_blocked_is_answered_by_the_filter() {
        var outcome = (Succeeded) ask(
                "{'promptFeedback':{'blockReason':'PROHIBITED_CONTENT'}," + "'usageMetadata':{'promptTokenCount':9}}");
        assertThat(outcome.answer().usage()).hasValue(new Usage(9, 0, 0, 0, false));
        assertThat(answer(outcome).path("choices"))
                .isEqualTo(tree("[{'index':0,'message':{'role':'assistant','content':null,'refusal':null},"
                        + "'logprobs':null,'finish_reason':'content_filter'}]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"})
    void a_call_that_google_itself_could_not_read_has_failed_for_the_model(String reason) {
        malformed(
                ask("{'candidates':[{'content':{'parts':[{'text':'a'}]},'finishReason':'" + reason + "'}]}"),
                Scope.MODEL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "{'candidates':[]}",
                "{'promptFeedback':{}}",
                "{'candidates':[{'content':{'parts':[{'text':'a'}]}}]}",
                "{'candidates':[{'finishReason':'STOP'}]}",
                "{'candidates':[{'content':{'parts':[{'text':''}]},'finishReason':'STOP'}]}",
                "{'candidates':[{'content':{'parts':[{'text':'hm','thought':true}]},'finishReason':'STOP'}]}",
                "{'error':{'code':503,'message':'m'},'candidates':[" + SAID + "]}"
            })
    void what_is_not_whole_or_says_nothing_has_failed(String body) {
        malformed(ask(body), Scope.PROVIDER);
    }

    @Test
    void candidates_are_choices_and_each_must_be_whole() {
        var choices = answer(ask("{'candidates':[" + SAID + ",{'index':1,'content':{'parts':[{'text':'b'}]},"
                        + "'finishReason':'MAX_TOKENS'}]}"))
                .path("choices");
        assertThat(choices.path(0).path("index").asInt()).isZero();
        assertThat(choices.path(1).path("index").asInt()).isEqualTo(1);
        assertThat(choices.path(1).path("finish_reason").asString()).isEqualTo("length");
        malformed(ask("{'candidates':[" + SAID + ",{'index':1}]}"), Scope.PROVIDER);
    }

    @Test
    void logprobs_stand_with_their_rivals_and_bytes() {
        var choice = choice("{'content':{'parts':[{'text':'\\u00e9'}]},'finishReason':'STOP','logprobsResult':{"
                + "'chosenCandidates':[{'token':'\\u00e9','tokenId':7,'logProbability':-0.5}],"
                + "'topCandidates':[{'candidates':[{'token':'\\u00e9','logProbability':-0.5},{'token':'e'}]}]}}");
        assertThat(choice.path("logprobs"))
                .isEqualTo(tree("{'content':[{'token':'\\u00e9','logprob':-0.5,'bytes':[195,169],'top_logprobs':["
                        + "{'token':'\\u00e9','logprob':-0.5,'bytes':[195,169]},{'token':'e','logprob':0,'bytes':[101]}]}],"
                        + "'refusal':null}"));
    }
}
