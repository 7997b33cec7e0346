package dev.millrace.provider.anthropic;

import static dev.millrace.provider.anthropic.Translation.json;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The tools of a request, and which of them may be called.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ToolsTest {

    private static final String TOOLS =
            "'tools':[{'type':'function','function':{'name':'a'}}," + "{'type':'function','function':{'name':'b'}}]";

    @Test
    void a_function_is_a_tool_with_its_schema() {
        assertThat(Translation.of("'tools':[{'type':'function','function':{'name':'look','description':'Looks',"
                                + "'parameters':{'type':'object','properties':{'n':{'type':'integer','minimum':1}}}}}]")
                        .body()
                        .path("tools"))
                .isEqualTo(json("[{'name':'look','description':'Looks','input_schema':"
                        + "{'type':'object','properties':{'n':{'type':'integer','minimum':1}}}}]"));
    }

    @Test
    void a_function_without_parameters_has_the_schema_of_an_object_without_properties() {
        assertThat(Translation.of("'tools':[{'type':'function','function':{'name':'look'}}]")
                        .body()
                        .path("tools"))
                .isEqualTo(json("[{'name':'look','input_schema':{'type':'object','properties':{}}}]"));
    }

    @Test
    void a_strict_function_has_a_schema_within_the_limits_of_strict_ones() {
        assertThat(Translation.of("'tools':[{'type':'function','function':{'name':'look','strict':true,"
                                + "'parameters':{'type':'object','properties':{'n':{'type':'integer','minimum':1}}}}}]")
                        .body()
                        .path("tools"))
                .isEqualTo(json("[{'name':'look','input_schema':{'type':'object','properties':{'n':{'type':'integer',"
                        + "'description':'(minimum: 1)'}},'additionalProperties':false},'strict':true}]"));
    }

    @Test
    void a_custom_tool_is_refused_by_its_place() {
        Translation.of("'tools':[{'type':'function','function':{'name':'a'}},"
                        + "{'type':'custom','custom':{'name':'b'}}]")
                .refused("tools[1].type");
    }

    @Test
    void tools_that_are_no_list_are_refused() {
        Translation.of("'tools':'look'").refused("tools");
    }

    @ParameterizedTest
    @CsvSource({"auto, auto", "none, none", "required, any"})
    void a_choice_in_a_word_has_its_word(String wanted, String sent) {
        assertThat(Translation.of(TOOLS + ",'tool_choice':'" + wanted + "'")
                        .body()
                        .path("tool_choice"))
                .isEqualTo(json("{'type':'" + sent + "'}"));
    }

    @Test
    void a_named_function_is_a_named_tool() {
        assertThat(Translation.of(TOOLS + ",'tool_choice':{'type':'function','function':{'name':'b'}}")
                        .body()
                        .path("tool_choice"))
                .isEqualTo(json("{'type':'tool','name':'b'}"));
    }

    @ParameterizedTest
    @CsvSource({"auto, auto", "required, any"})
    void of_allowed_tools_no_others_are_shown(String mode, String sent) {
        var body = Translation.of(TOOLS + ",'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':'" + mode
                        + "','tools':[{'type':'function','function':{'name':'b'}}]}}")
                .body();
        assertThat(body.path("tools").size()).isEqualTo(1);
        assertThat(body.path("tools").path(0).path("name").asString()).isEqualTo("b");
        assertThat(body.path("tool_choice")).isEqualTo(json("{'type':'" + sent + "'}"));
    }

    @Test
    void one_call_at_a_time_is_said_with_the_choice() {
        assertThat(Translation.of(TOOLS + ",'parallel_tool_calls':false").body().path("tool_choice"))
                .isEqualTo(json("{'type':'auto','disable_parallel_tool_use':true}"));
        assertThat(Translation.of(TOOLS + ",'parallel_tool_calls':false,'tool_choice':'required'")
                        .body()
                        .path("tool_choice"))
                .isEqualTo(json("{'type':'any','disable_parallel_tool_use':true}"));
        assertThat(Translation.of(TOOLS + ",'parallel_tool_calls':false,'tool_choice':'none'")
                        .body()
                        .path("tool_choice"))
                .isEqualTo(json("{'type':'none'}"));
        assertThat(Translation.of(TOOLS + ",'parallel_tool_calls':true").body().has("tool_choice"))
                .isFalse();
    }

    @Test
    void a_choice_without_tools_is_left_out_unless_it_asks_for_one() {
        assertThat(Translation.of("'tool_choice':'none'").body().has("tool_choice"))
                .isFalse();
        Translation.of("'tool_choice':'required'").refused("tool_choice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'type':'custom','custom':{'name':'b'}}", "{'type':'code_interpreter'}"})
    void a_choice_of_another_kind_is_refused(String choice) {
        Translation.of(TOOLS + ",'tool_choice':" + choice).refused("tool_choice.type");
    }
}
