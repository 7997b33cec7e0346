package dev.millrace.provider.gemini;

import static dev.millrace.provider.gemini.GeminiCalls.call;
import static dev.millrace.provider.gemini.GeminiCalls.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.CallIds;
import dev.millrace.provider.Heard;
import dev.millrace.provider.Patience;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Signatures that a client with nothing but standard fields brings home. The simulator refuses a call that comes
/// back without its signature, or with another's.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ThoughtSignatureTest {

    private static final String TWO_TOOLS = ",'tools':[{'type':'function','function':{'name':'f','parameters':"
            + "{'type':'object','properties':{'a':{'type':'string'}},'required':['a']}}},"
            + "{'type':'function','function':{'name':'g'}}]";
    private static final String GO = "{'role':'user','content':'go'}";
    private static final Duration LONG = Duration.ofSeconds(20);

    private final GeminiCalls calls = new GeminiCalls();

    /// The next request of a client that keeps id, name and arguments, and answers every call.
    private static String next(String before, JsonNode toolCalls) {
        var kept = new ArrayList<String>();
        var results = new StringBuilder();
        for (var call : toolCalls) {
            kept.add("{'id':'" + call.path("id").asString() + "','type':'function','function':{'name':'"
                    + call.path("function").path("name").asString() + "','arguments':"
                    + Simulated.JSON.writeValueAsString(
                            call.path("function").path("arguments").asString())
                    + "}}");
            results.append(",{'role':'tool','tool_call_id':'")
                    .append(call.path("id").asString())
                    .append("','content':'done'}");
        }
        return before + ",{'role':'assistant','content':null,'tool_calls':[" + String.join(",", kept) + "]}" + results;
    }

    private static JsonNode toolCalls(JsonNode answer) {
        return answer.path("choices").path(0).path("message").path("tool_calls");
    }

    private static JsonNode part(JsonNode sent, int content, int part) {
        return sent.path("contents").path(content).path("parts").path(part);
    }

    @Test
    void a_signature_comes_home_on_its_call_through_another_instance() {
        var model = "gemini-3-pro~calls=2";
        var first = toolCalls(calls.answer(model, "'messages':[" + GO + "]" + TWO_TOOLS));
        assertThat(first).hasSize(2);

        var second = calls.answer(model, "'messages':[" + next(GO, first) + "]" + TWO_TOOLS);
        assertThat(second.path("choices").path(0).path("finish_reason").asString())
                .isEqualTo("stop");

        var sent = calls.lastSent();
        assertThat(part(sent, 1, 0).path("thoughtSignature").asString())
                .isNotEmpty()
                .isNotEqualTo(ThoughtSignatures.STAND_IN);
        assertThat(part(sent, 1, 1).has("thoughtSignature")).isFalse();
        for (int i = 0; i < 2; i++) {
            var id = part(sent, 1, i).path("functionCall").path("id").asString();
            assertThat(id).startsWith("call-").doesNotContain(".");
            assertThat(part(sent, 2, i).path("functionResponse").path("id").asString())
                    .isEqualTo(id);
        }
    }

    @Test
    void a_signature_comes_home_from_a_stream_as_well() {
        var adapter = new GeminiChat(Simulated.HTTP, Simulated.JSON, Clock.systemUTC());
        var heard = Heard.of(Heard.streaming(adapter.open(
                calls.target("gemini-3-pro~tool"),
                call("'messages':[" + GO + "]" + TWO_TOOLS),
                new Patience(LONG, LONG, LONG))));
        var begun = heard.deltas(0).getFirst().path("tool_calls").path(0);
        var whole = tree("{'function':{'name':'f'}}");
        ((tools.jackson.databind.node.ObjectNode) whole)
                .put("id", begun.path("id").asString())
                .withObject("function")
                .put("arguments", heard.arguments(0, 0));
        calls.answer("gemini-3-pro~tool", "'messages':[" + next(GO, tree("[" + whole + "]")) + "]" + TWO_TOOLS);
        assertThat(part(calls.lastSent(), 1, 0).path("thoughtSignature").asString())
                .isNotEmpty()
                .isNotEqualTo(ThoughtSignatures.STAND_IN);
    }

    @Test
    void every_step_of_a_turn_has_its_own() {
        var model = "gemini-3-pro~tool";
        var one = next(GO, toolCalls(calls.answer(model, "'messages':[" + GO + "]" + TWO_TOOLS)));
        var another = toolCalls(calls.answer(model, "'messages':[" + GO + "]" + TWO_TOOLS));
        calls.answer(model, "'messages':[" + next(one, another) + "]" + TWO_TOOLS);
        var sent = calls.lastSent();
        for (int step : new int[] {1, 3}) {
            assertThat(part(sent, step, 0).path("thoughtSignature").asString())
                    .isNotEmpty()
                    .isNotEqualTo(ThoughtSignatures.STAND_IN);
        }
    }

    private String foreign(String id) {
        return GO + ",{'role':'assistant','tool_calls':[{'id':'" + id
                + "','type':'function','function':{'name':'f','arguments':'{}'}},{'id':'2','type':'function',"
                + "'function':{'name':'g','arguments':'{}'}}]},{'role':'tool','tool_call_id':'" + id
                + "','content':'x'},{'role':'tool','tool_call_id':'2','content':'x'}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"call_of_openai", "toolu_1.mra.c2lnbmVk", "x.mrg.garbage", "x.mrg."})
    void a_call_of_another_model_has_the_stand_in_on_the_first_of_its_step_and_no_id(String id) {
        var sent = calls.sent("'messages':[" + foreign(id) + "]");
        assertThat(part(sent, 1, 0))
                .isEqualTo(tree("{'functionCall':{'name':'f','args':{}},'thoughtSignature':'"
                        + ThoughtSignatures.STAND_IN + "'}"));
        assertThat(part(sent, 1, 1)).isEqualTo(tree("{'functionCall':{'name':'g','args':{}}}"));
        assertThat(part(sent, 2, 0).path("functionResponse").has("id")).isFalse();
    }

    @Test
    void a_signature_of_another_of_googles_models_is_not_shown_to_this_one() {
        var first = toolCalls(calls.answer("gemini-3-pro~tool", "'messages':[" + GO + "]" + TWO_TOOLS));
        var sent = calls.sent("gemini-3-flash", "'messages':[" + next(GO, first) + "]" + TWO_TOOLS);
        assertThat(part(sent, 1, 0).path("thoughtSignature").asString()).isEqualTo(ThoughtSignatures.STAND_IN);
    }

    @Test
    void turns_that_are_over_need_no_stand_in() {
        var sent = calls.sent("'messages':[" + foreign("1") + ",{'role':'assistant','content':'so'}," + GO + "]");
        assertThat(part(sent, 1, 0).has("thoughtSignature")).isFalse();
    }

    @Test
    void a_user_who_says_nothing_ends_no_turn() {
        var sent = calls.sent("'messages':[" + foreign("1") + ",{'role':'user','content':''}]");
        assertThat(part(sent, 1, 0).path("thoughtSignature").asString()).isEqualTo(ThoughtSignatures.STAND_IN);
    }

    @Test
    void models_that_do_not_sign_get_no_stand_in_and_the_ids_made_up_for_them_are_not_sent() {
        var first = toolCalls(calls.answer("gemini-2.5-flash~tool", "'messages':[" + GO + "]" + TWO_TOOLS));
        var id = first.path(0).path("id").asString();
        assertThat(id).startsWith("call_").isEqualTo(CallIds.bare(id));
        var sent = calls.sent("gemini-2.5-flash~tool", "'messages':[" + next(GO, first) + "]" + TWO_TOOLS);
        assertThat(part(sent, 1, 0).has("thoughtSignature")).isFalse();
        assertThat(part(sent, 1, 0).path("functionCall").has("id")).isFalse();
        assertThat(part(sent, 2, 0).path("functionResponse").has("id")).isFalse();
    }

    private static List<String> sentAfter(String signature, String id) {
        var answer = "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{" + id
                + "\"name\":\"f\",\"args\":{}}" + signature + "}]},\"finishReason\":\"STOP\"}]}";
        try (var provider = RawServer.answering(RawServer.json(answer))) {
            var target = new Target("raw", provider.uri(""), "gemini-3-pro", Simulated.KEY, LONG, Traits.NONE);
            var adapter = new GeminiChat(Simulated.HTTP, Simulated.JSON, Clock.systemUTC());
            var first = (ProviderOutcome.Succeeded) adapter.complete(target, call("'messages':[" + GO + "]"));
            var toolCalls =
                    toolCalls(Simulated.JSON.readTree(new String(first.answer().body(), StandardCharsets.UTF_8)));
            adapter.complete(target, call("'messages':[" + next(GO, toolCalls) + "]"));
            return provider.requests();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"AQID", "/+8=", "_-8", "no base64!", "/+8"})
    void a_signature_comes_home_as_it_was_written_also_where_its_call_had_no_id(String signature) {
        assertThat(sentAfter(",\"thoughtSignature\":\"" + signature + "\"", "").getLast())
                .contains("\"thoughtSignature\":\"" + signature + "\"")
                .doesNotContain("\"id\":");
    }

    @Test
    void an_id_that_google_gave_comes_home_also_where_its_call_was_not_signed() {
        assertThat(sentAfter("", "\"id\":\"g1\",").getLast())
                .contains("{\"functionCall\":{\"id\":\"g1\"", "{\"functionResponse\":{\"id\":\"g1\"")
                .contains(ThoughtSignatures.STAND_IN);
    }
}
