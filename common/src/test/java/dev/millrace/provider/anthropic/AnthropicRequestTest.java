package dev.millrace.provider.anthropic;

import static dev.millrace.provider.anthropic.Translation.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The fields of a request, one by one.
@DisplayNameGeneration(ReplaceUnderscores.class)
class AnthropicRequestTest {

    @Test
    void a_request_goes_to_the_targets_model_and_always_says_how_long_the_answer_may_get() {
        assertThat(Translation.of("").body())
                .isEqualTo(json("{'model':'claude-x','max_tokens':8192,"
                        + "'messages':[{'role':'user','content':[{'type':'text','text':'hello'}]}]}"));
    }

    @Test
    void the_longest_answer_is_the_callers_else_the_models_else_8192_tokens() {
        assertThat(Translation.of("'max_completion_tokens':5,'max_tokens':6")
                        .mostOutput(7)
                        .body()
                        .path("max_tokens")
                        .asInt())
                .isEqualTo(5);
        assertThat(Translation.of("'max_tokens':6")
                        .mostOutput(7)
                        .body()
                        .path("max_tokens")
                        .asInt())
                .isEqualTo(6);
        assertThat(Translation.of("").mostOutput(7).body().path("max_tokens").asInt())
                .isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({"0.25, 0.25", "1.7, 1", "0, 0"})
    void a_temperature_is_at_most_1(String wanted, String sent) {
        assertThat(Translation.of("'temperature':" + wanted)
                        .body()
                        .path("temperature")
                        .decimalValue())
                .isEqualByComparingTo(sent);
    }

    @Test
    void the_first_version_has_sampling_parameters() {
        var body = Translation.of("'top_p':0.5,'top_k':3").body();
        assertThat(body.path("top_p").asDouble()).isEqualTo(0.5);
        assertThat(body.path("top_k").asInt()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"temperature", "top_p", "top_k"})
    void the_later_version_refuses_sampling_parameters_by_name_unless_they_may_be_dropped(String name) {
        Translation.of("'" + name + "':0.5").version("2026-10-21").refused(name);
        var dropped = Translation.of("'" + name + "':0.5")
                .version("2026-10-21")
                .dropping(name)
                .translated();
        assertThat(dropped.body().has(name)).isFalse();
        assertThat(dropped.dropped()).containsExactly(name);
    }

    @Test
    void a_model_that_takes_no_temperature_refuses_it_by_name_unless_it_may_be_dropped() {
        Translation.of("'temperature':0.5").where("temperature").refused("temperature");
        var dropped = Translation.of("'temperature':0.5")
                .where("temperature")
                .dropping("temperature")
                .translated();
        assertThat(dropped.body().has("temperature")).isFalse();
        assertThat(dropped.dropped()).containsExactly("temperature");
    }

    @Test
    void top_p_is_not_sent_together_with_temperature() {
        Translation.of("'temperature':0.5,'top_p':0.5").refused("top_p");
        var dropped = Translation.of("'temperature':0.5,'top_p':0.5")
                .dropping("top_p")
                .translated();
        assertThat(dropped.body().has("top_p")).isFalse();
        assertThat(dropped.body().has("temperature")).isTrue();
        assertThat(dropped.dropped()).containsExactly("top_p");
    }

    @Test
    void stop_is_a_list_without_blank_entries() {
        assertThat(Translation.of("'stop':'END'").body().path("stop_sequences")).isEqualTo(json("['END']"));
        assertThat(Translation.of("'stop':['a',' ','\\n','b']").body().path("stop_sequences"))
                .isEqualTo(json("['a','b']"));
        assertThat(Translation.of("'stop':['\\n']").body().has("stop_sequences"))
                .isFalse();
        Translation.of("'stop':[1]").refused("stop");
    }

    @Test
    void there_is_one_answer() {
        assertThat(Translation.of("'n':1").translated().dropped()).isEmpty();
        Translation.of("'n':2").refused("n");
        assertThat(Translation.of("'n':2").dropping("n").translated().dropped()).containsExactly("n");
    }

    @ParameterizedTest
    @CsvSource({"minimal, low", "low, low", "medium, medium", "high, high", "xhigh, xhigh", "max, max"})
    void reasoning_effort_is_an_effort(String wanted, String sent) {
        var body = Translation.of("'reasoning_effort':'" + wanted + "'").body();
        assertThat(body.path("output_config")).isEqualTo(json("{'effort':'" + sent + "'}"));
        assertThat(body.has("thinking")).isFalse();
    }

    @Test
    void no_reasoning_effort_switches_thinking_off_and_an_unknown_one_is_refused() {
        var body = Translation.of("'reasoning_effort':'none'").body();
        assertThat(body.path("thinking")).isEqualTo(json("{'type':'disabled'}"));
        assertThat(body.has("output_config")).isFalse();
        Translation.of("'reasoning_effort':'extreme'").refused("reasoning_effort");
    }

    @Test
    void the_user_is_told_by_safety_identifier_or_else_by_user() {
        assertThat(Translation.of("'user':'u1'").body().path("metadata")).isEqualTo(json("{'user_id':'u1'}"));
        assertThat(Translation.of("'user':'u1','safety_identifier':'s1'").body().path("metadata"))
                .isEqualTo(json("{'user_id':'s1'}"));
    }

    @Test
    void a_mail_address_or_what_is_too_long_leaves_as_its_hash() {
        for (var user : List.of("ann@example.com", "u".repeat(257))) {
            assertThat(Translation.of("'user':'" + user + "'")
                            .body()
                            .path("metadata")
                            .path("user_id")
                            .asString())
                    .matches("[0-9a-f]{64}");
        }
    }

    @Test
    void a_service_tier_that_there_is_none_of_is_refused_by_name_unless_it_may_be_dropped() {
        assertThat(Translation.of("'service_tier':'auto'")
                        .body()
                        .path("service_tier")
                        .asString())
                .isEqualTo("auto");
        assertThat(Translation.of("'service_tier':'default'")
                        .body()
                        .path("service_tier")
                        .asString())
                .isEqualTo("standard_only");
        Translation.of("'service_tier':'flex'").refused("service_tier");
        Translation.of("'service_tier':'priority'").refused("service_tier");
        var flex =
                Translation.of("'service_tier':'flex'").dropping("service_tier").translated();
        assertThat(flex.body().has("service_tier")).isFalse();
        assertThat(flex.dropped()).containsExactly("service_tier");
    }

    @Test
    void a_json_schema_is_the_format_of_the_output_within_its_limits() {
        var body = Translation.of("'response_format':{'type':'json_schema','json_schema':{'name':'x','strict':true,"
                        + "'schema':{'type':'object','properties':{'age':{'type':'integer','minimum':0,'maximum':9,"
                        + "'description':'In years'},'tags':{'type':'array','items':{'type':'object',"
                        + "'additionalProperties':true,'properties':{}}}}}}}")
                .body();
        assertThat(body.path("output_config").path("format"))
                .isEqualTo(json("{'type':'json_schema','schema':{'type':'object','properties':{'age':{'type':'integer',"
                        + "'description':'In years (minimum: 0, maximum: 9)'},'tags':{'type':'array','items':"
                        + "{'type':'object','additionalProperties':false,'properties':{},"
                        + "'description':'(additionalProperties: true)'}}},'additionalProperties':false}}"));
    }

    @Test
    void a_property_may_be_called_like_a_bound() {
        var schema = Translation.of("'response_format':{'type':'json_schema','json_schema':{'name':'x',"
                        + "'schema':{'type':'object','properties':{'minimum':{'type':'string'}}}}}")
                .body()
                .path("output_config")
                .path("format")
                .path("schema");
        assertThat(schema.path("properties")).isEqualTo(json("{'minimum':{'type':'string'}}"));
    }

    @Test
    void a_schema_that_refers_to_itself_is_refused_by_name() {
        Translation.of("'response_format':{'type':'json_schema','json_schema':{'name':'x','schema':{'type':'object',"
                        + "'properties':{'next':{'$ref':'#'}}}}}")
                .refused("response_format.json_schema.schema");
    }

    @Test
    void a_schema_whose_references_stand_in_many_places_is_read_once() {
        var definitions = new StringBuilder("'d0':{'type':'string'}");
        for (int i = 1; i < 60; i++) {
            var before = "{'$ref':'#/$defs/d" + (i - 1) + "'}";
            definitions.append(",'d" + i + "':{'anyOf':[" + before + "," + before + "]}");
        }
        Translation.of("'response_format':{'type':'json_schema','json_schema':{'name':'x','schema':{'type':'object',"
                        + "'properties':{'a':{'$ref':'#/$defs/d20'}},'$defs':{" + definitions + "}}}}")
                .translated();
    }

    @Test
    void any_json_object_is_asked_for_in_words() {
        var body = Translation.of("'response_format':{'type':'json_object'}").body();
        assertThat(body.path("system").asString()).contains("JSON object");
        assertThat(body.has("output_config")).isFalse();
        assertThat(Translation.of("'response_format':{'type':'text'}").body().has("system"))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'seed':1",
                "'logit_bias':{'50256':-100}",
                "'logprobs':true",
                "'top_logprobs':2",
                "'frequency_penalty':0.5",
                "'presence_penalty':0.5",
                "'prediction':{'type':'content','content':'x'}",
                "'audio':{'voice':'alloy','format':'mp3'}",
                "'modalities':['text','audio']",
                "'verbosity':'low'",
                "'web_search_options':{'search_context_size':'low'}",
                "'moderation':{'model':'m'}",
                "'functions':[{'name':'f'}]",
                "'function_call':'auto'",
                "'made_up':1"
            })
    void what_messages_does_not_have_is_refused_by_name_unless_it_may_be_dropped(String field) {
        var name = field.substring(1, field.indexOf('\'', 1));
        Translation.of(field).refused(name);
        var dropped = Translation.of(field).dropping(name).translated();
        assertThat(dropped.dropped()).containsExactly(name);
        assertThat(dropped.body()).isEqualTo(Translation.of("").body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'store':true",
                "'metadata':{'a':'b'}",
                "'prompt_cache_key':'k'",
                "'prompt_cache_retention':'24h'",
                "'stream':false,'stream_options':{'include_usage':true}",
                "'seed':null",
                "'frequency_penalty':0,'presence_penalty':0.0",
                "'logprobs':false",
                "'temperature':1,'top_p':1.0",
                "'modalities':['text']",
                "'verbosity':'medium'",
                "'logit_bias':{}",
                "'tools':[]"
            })
    void bookkeeping_and_what_asks_for_nothing_is_left_out_without_a_word(String fields) {
        var translated = Translation.of(fields).translated();
        assertThat(translated.body()).isEqualTo(Translation.of("").body());
        assertThat(translated.dropped()).isEmpty();
    }

    @Test
    void fields_of_messages_itself_are_passed_on() {
        var body = Translation.of(
                        "'thinking':{'type':'enabled','budget_tokens':1024},'cache_control':{'type':'ephemeral'}")
                .body();
        assertThat(body.path("thinking")).isEqualTo(json("{'type':'enabled','budget_tokens':1024}"));
        assertThat(body.path("cache_control")).isEqualTo(json("{'type':'ephemeral'}"));
    }
}
