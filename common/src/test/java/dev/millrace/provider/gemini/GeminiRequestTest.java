package dev.millrace.provider.gemini;

import static dev.millrace.provider.gemini.GeminiCalls.HI;
import static dev.millrace.provider.gemini.GeminiCalls.call;
import static dev.millrace.provider.gemini.GeminiCalls.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ProviderOutcome.Succeeded;
import dev.millrace.provider.ProviderOutcome.Unfit;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What of a request Google gets, parameter by parameter, and what is refused.
@DisplayNameGeneration(ReplaceUnderscores.class)
class GeminiRequestTest {

    private final GeminiCalls calls = new GeminiCalls();

    private JsonNode config(String fields) {
        return calls.sent(HI + "," + fields).path("generationConfig");
    }

    @Test
    void a_request_of_messages_alone_has_nothing_but_contents() {
        assertThat(calls.sent(HI)).isEqualTo(tree("{'contents':[{'role':'user','parts':[{'text':'hi'}]}]}"));
    }

    @Test
    void limits_and_sampling_go_by_googles_names() {
        assertThat(config("'max_completion_tokens':50,'temperature':0.25,'top_p':0.5,'presence_penalty':-1,"
                        + "'frequency_penalty':1.5,'seed':7,'top_k':40"))
                .isEqualTo(tree("{'temperature':0.25,'topP':0.5,'topK':40,'presencePenalty':-1,'frequencyPenalty':1.5,"
                        + "'maxOutputTokens':50,'seed':7}"));
    }

    @Test
    void the_old_name_of_the_limit_counts_where_the_new_one_is_absent() {
        assertThat(config("'max_tokens':9")).isEqualTo(tree("{'maxOutputTokens':9}"));
        assertThat(config("'max_tokens':9,'max_completion_tokens':8")).isEqualTo(tree("{'maxOutputTokens':8}"));
    }

    @Test
    void stops_are_a_list_however_they_were_given() {
        assertThat(config("'stop':'END'")).isEqualTo(tree("{'stopSequences':['END']}"));
        assertThat(config("'stop':['a','b','c','d']")).isEqualTo(tree("{'stopSequences':['a','b','c','d']}"));
        assertThat(config("'stop':[]").isMissingNode()).isTrue();
    }

    @Test
    void several_choices_are_candidates_and_one_needs_no_word() {
        assertThat(config("'n':2")).isEqualTo(tree("{'candidateCount':2}"));
        assertThat(config("'n':1").isMissingNode()).isTrue();
    }

    @Test
    void logprobs_are_asked_for_with_their_rivals() {
        assertThat(config("'logprobs':true,'top_logprobs':3"))
                .isEqualTo(tree("{'responseLogprobs':true,'logprobs':3}"));
        assertThat(config("'logprobs':false").isMissingNode()).isTrue();
    }

    @Test
    void a_format_of_the_answer_is_a_type_and_a_schema_that_passes_unchanged() {
        assertThat(config("'response_format':{'type':'text'}").isMissingNode()).isTrue();
        assertThat(config("'response_format':{'type':'json_object'}"))
                .isEqualTo(tree("{'responseMimeType':'application/json'}"));
        var schema = "{'type':'object','properties':{'a':{'$ref':'#/$defs/x'}},'$defs':{'x':{'type':'string',"
                + "'pattern':'^a'}},'additionalProperties':false}";
        assertThat(config("'response_format':{'type':'json_schema','json_schema':{'name':'n','strict':true,'schema':"
                        + schema + "}}"))
                .isEqualTo(tree("{'responseMimeType':'application/json','responseJsonSchema':" + schema + "}"));
    }

    @Test
    void a_reference_with_words_beside_it_moves_into_a_choice_of_one_since_google_refuses_them() {
        var schema = "{'type':'object','properties':{'$ref':{'$ref':'#/$defs/x','description':'d'},"
                + "'list':{'type':'array','items':{'$ref':'#/$defs/x','title':'t'}}},"
                + "'$defs':{'x':{'type':'string','enum':['$ref']}},'example':{'$ref':'as it is','a':1}}";
        var taken = "{'type':'object','properties':{'$ref':{'description':'d','anyOf':[{'$ref':'#/$defs/x'}]},"
                + "'list':{'type':'array','items':{'title':'t','anyOf':[{'$ref':'#/$defs/x'}]}}},"
                + "'$defs':{'x':{'type':'string','enum':['$ref']}},'example':{'$ref':'as it is','a':1}}";
        assertThat(config("'response_format':{'type':'json_schema','json_schema':{'name':'n','schema':" + schema + "}}")
                        .path("responseJsonSchema"))
                .isEqualTo(tree(taken));
        assertThat(calls.sent(HI + ",'tools':[{'type':'function','function':{'name':'f','parameters':" + schema + "}}]")
                        .at("/tools/0/functionDeclarations/0/parametersJsonSchema"))
                .isEqualTo(tree(taken));
    }

    @ParameterizedTest
    @CsvSource({
        "none, MINIMAL, false",
        "minimal, MINIMAL, false",
        "low, LOW, true",
        "medium, MEDIUM, true",
        "high, HIGH, true",
        "xhigh, HIGH, true",
        "max, HIGH, true"
    })
    void an_effort_is_a_level_and_shows_the_thoughts_of_who_asked_for_them(String effort, String level, boolean shown) {
        var thinking = config("'reasoning_effort':'" + effort + "'").path("thinkingConfig");
        assertThat(thinking.path("thinkingLevel").asString()).isEqualTo(level);
        assertThat(thinking.path("includeThoughts").asBoolean(false)).isEqualTo(shown);
        assertThat(thinking.has("thinkingBudget")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-flash, none, 0",
        "gemini-2.5-pro, none, 128",
        "models/gemini-2.5-flash, low, 1024",
        "gemini-2.5-flash, medium, 8192",
        "gemini-2.5-flash, high, 24576"
    })
    void an_effort_is_a_budget_at_models_of_the_generation_before(String model, String effort, int budget) {
        var thinking = calls.sent(model, HI + ",'reasoning_effort':'" + effort + "'")
                .path("generationConfig")
                .path("thinkingConfig");
        assertThat(thinking.path("thinkingBudget").asInt()).isEqualTo(budget);
        assertThat(thinking.has("thinkingLevel")).isFalse();
    }

    @Test
    void an_effort_is_refused_at_models_that_do_not_think() {
        assertThat(calls.unfit("gemini-2.0-flash", HI + ",'reasoning_effort':'low'"))
                .isEqualTo("reasoning_effort");
        assertThat(calls.sent("gemini-2.0-flash", HI + ",'reasoning_effort':'none'")
                        .has("generationConfig"))
                .isFalse();
    }

    @Test
    void functions_stand_in_one_tool_and_their_schemas_pass_unchanged() {
        var schema = "{'type':'object','properties':{'a':{'type':'string','x-mine':[1,{'b':null}]}}}";
        var sent = calls.sent(HI + ",'tools':[{'type':'function','function':{'name':'f','description':'d','parameters':"
                + schema + "}},{'type':'function','function':{'name':'g'}}]");
        assertThat(sent.path("tools"))
                .isEqualTo(tree("[{'functionDeclarations':[{'name':'f','description':'d','parametersJsonSchema':"
                        + schema + "},{'name':'g'}]}]"));
        assertThat(sent.has("toolConfig")).isFalse();
    }

    private JsonNode choice(String choice, String strict) {
        return calls.sent(HI + ",'tools':[{'type':'function','function':{'name':'f'" + strict
                + "}},{'type':'function','function':{'name':'g'}}],'tool_choice':" + choice);
    }

    @Test
    void a_choice_among_tools_is_a_mode() {
        assertThat(choice("'auto'", "").has("toolConfig")).isFalse();
        assertThat(mode(choice("'none'", ""))).isEqualTo(tree("{'mode':'NONE'}"));
        assertThat(mode(choice("'required'", ""))).isEqualTo(tree("{'mode':'ANY'}"));
        assertThat(mode(choice("{'type':'function','function':{'name':'g'}}", "")))
                .isEqualTo(tree("{'mode':'ANY','allowedFunctionNames':['g']}"));
        assertThat(mode(choice("'auto'", ",'strict':true"))).isEqualTo(tree("{'mode':'VALIDATED'}"));
    }

    private static JsonNode mode(JsonNode sent) {
        return sent.path("toolConfig").path("functionCallingConfig");
    }

    @Test
    void allowed_tools_are_named_where_one_is_required_and_else_the_only_ones_declared() {
        var allowed = "{'type':'allowed_tools','allowed_tools':{'mode':'%s','tools':[{'type':'function',"
                + "'function':{'name':'g'}}]}}";
        assertThat(mode(choice(allowed.formatted("required"), "")))
                .isEqualTo(tree("{'mode':'ANY','allowedFunctionNames':['g']}"));
        var auto = choice(allowed.formatted("auto"), "");
        assertThat(auto.has("toolConfig")).isFalse();
        assertThat(auto.path("tools")).isEqualTo(tree("[{'functionDeclarations':[{'name':'g'}]}]"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'store':true",
                "'metadata':{'a':'b'}",
                "'user':'u'",
                "'safety_identifier':'s'",
                "'prompt_cache_key':'k'",
                "'prompt_cache_options':{'mode':'implicit'}",
                "'prompt_cache_retention':'24h'",
                "'service_tier':'auto'",
                "'service_tier':'default'",
                "'stream':false",
                "'stream_options':{'include_usage':true}",
                "'parallel_tool_calls':true",
                "'parallel_tool_calls':false",
                "'modalities':['text']",
                "'verbosity':'medium'",
                "'presence_penalty':0,'frequency_penalty':0.0",
                "'logit_bias':{}",
                "'audio':null",
                "'never_heard_of':null"
            })
    void what_only_keeps_books_or_asks_for_what_is_so_anyway_is_left_out_without_a_word(String field) {
        var outcome = calls.ask(GeminiCalls.MODEL, HI + "," + field);
        assertThat(((Succeeded) outcome).answer().dropped()).isEmpty();
        assertThat(calls.lastSent().propertyNames()).containsExactly("contents");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "logit_bias          | 'logit_bias':{'1':5}",
                "prediction          | 'prediction':{'type':'content','content':'x'}",
                "audio               | 'audio':{'voice':'v','format':'mp3'}",
                "modalities          | 'modalities':['text','audio']",
                "verbosity           | 'verbosity':'low'",
                "web_search_options  | 'web_search_options':{}",
                "moderation          | 'moderation':{'model':'m'}",
                "functions           | 'functions':[{'name':'f'}]",
                "function_call       | 'function_call':'auto'",
                "never_heard_of      | 'never_heard_of':1",
                "seed                | 'seed':4294967296",
                "service_tier        | 'service_tier':'scale'",
                "service_tier        | 'service_tier':7",
                "reasoning_effort    | 'reasoning_effort':'heroic'",
                "response_format     | 'response_format':{'type':'grammar'}",
                "tool_choice         | 'tools':[{'type':'function','function':{'name':'f'}}],'tool_choice':{'type':'custom','custom':{'name':'c'}}",
                "parallel_tool_calls | 'tools':[{'type':'function','function':{'name':'f'}}],'parallel_tool_calls':false"
            })
    void what_google_has_nothing_for_is_refused_by_name_or_dropped_and_reported(String name, String field) {
        assertThat(calls.unfit(HI + "," + field)).isEqualTo(name);
        var outcome = calls.ask(GeminiCalls.MODEL, HI + "," + field, name);
        assertThat(((Succeeded) outcome).answer().dropped()).containsExactly(name);
        assertThat(calls.lastSent().has("generationConfig")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"flex", "priority"})
    void a_service_tier_that_google_has_too_is_passed_on(String tier) {
        assertThat(calls.sent(HI + ",'service_tier':'" + tier + "'")
                        .path("serviceTier")
                        .asString())
                .isEqualTo(tier);
    }

    @Test
    void a_tool_that_is_no_function_is_refused_by_its_place() {
        var custom = ",'tools':[{'type':'function','function':{'name':'f'}},{'type':'custom','custom':{'name':'c'}}]";
        assertThat(calls.unfit(HI + custom)).isEqualTo("tools[1]");
    }

    @Test
    void what_this_model_does_not_take_is_refused_by_name_though_google_has_it() {
        var target = calls.target("gemini-3-pro");
        var refusing = new Target(
                target.provider(),
                target.baseUrl(),
                target.model(),
                target.key(),
                target.deadline(),
                new Traits(Set.of(), Set.of("temperature"), Optional.empty(), 0));
        var adapter = new GeminiChat(Simulated.HTTP, Simulated.JSON, Clock.systemUTC());
        assertThat(adapter.complete(refusing, call(HI + ",'temperature':1")))
                .isInstanceOfSatisfying(
                        Unfit.class, unfit -> assertThat(unfit.param()).isEqualTo("temperature"));
        assertThat(adapter.complete(refusing, call(HI + ",'temperature':1", "temperature")))
                .isInstanceOfSatisfying(
                        Succeeded.class,
                        done -> assertThat(done.answer().dropped()).containsExactly("temperature"));
        assertThat(calls.lastSent().has("generationConfig")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-3-pro, v1beta, /v1beta/models/gemini-3-pro:generateContent",
        "models/gemini-3-pro, v1beta, /v1beta/models/gemini-3-pro:generateContent",
        "tunedModels/mine, v1, /v1/tunedModels/mine:generateContent",
        "../files/x?key=a#b, v1beta, /v1beta/models/..%2Ffiles%2Fx%3Fkey%3Da%23b:generateContent"
    })
    void the_model_is_one_segment_of_the_path_whatever_it_holds(String model, String version, String path) {
        var traits = version.equals("v1beta") ? Traits.NONE : new Traits(Set.of(), Set.of(), Optional.of(version), 0);
        try (var provider = RawServer.answering(RawServer.json("{}"))) {
            var target = new Target("raw", provider.uri("/"), model, Simulated.KEY, Duration.ofSeconds(10), traits);
            new GeminiChat(Simulated.HTTP, Simulated.JSON, Clock.systemUTC()).complete(target, call(HI));
            assertThat(provider.requests().getFirst())
                    .startsWith("POST " + path + " HTTP/1.1\r\n")
                    .containsIgnoringCase(
                            "x-goog-api-key: " + Simulated.KEY.secret().reveal());
        }
    }
}
