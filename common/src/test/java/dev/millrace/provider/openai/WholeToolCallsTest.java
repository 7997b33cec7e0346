package dev.millrace.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a server that is nearly compatible says of tools in an answer in one piece.
@DisplayNameGeneration(ReplaceUnderscores.class)
class WholeToolCallsTest {

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    private static JsonNode calls(String calls) {
        var choices =
                json("[{'finish_reason':'tool_calls','message':{'role':'assistant','tool_calls':" + calls + "}}]");
        OpenAiAnswer.putRight(choices);
        return choices.at("/0/message/tool_calls");
    }

    @Test
    void arguments_that_are_an_object_become_their_text() {
        assertThat(calls("[{'id':'a','type':'function','function':{'name':'f','arguments':{'x':[1]}}}]"))
                .isEqualTo(JsonMapper.shared().readTree("""
                                [{"id":"a","type":"function","function":{"name":"f","arguments":"{\\"x\\":[1]}"}}]"""));
    }

    @Test
    void a_call_without_id_or_type_gets_them_each_its_own() {
        var calls = calls("[{'function':{'name':'f','arguments':'{}'}},{'function':{'name':'f','arguments':'{}'}}]");
        assertThat(calls).hasSize(2).allSatisfy(call -> {
            assertThat(call.path("id").asString()).startsWith("call_");
            assertThat(call.path("type").asString()).isEqualTo("function");
            assertThat(call.path("function").path("name").asString()).isEqualTo("f");
        });
        assertThat(calls.at("/0/id")).isNotEqualTo(calls.at("/1/id"));
    }

    @Test
    void a_call_that_is_as_it_should_be_stays_so() {
        var call = "[{'id':'a','type':'function','function':{'name':'f','arguments':'{}'}},"
                + "{'id':'b','type':'custom','custom':{'name':'c','input':'text'}}]";
        assertThat(calls(call)).isEqualTo(json(call));
    }
}
