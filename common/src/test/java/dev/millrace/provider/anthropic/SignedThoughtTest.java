package dev.millrace.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.CallIds;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Heard;
import dev.millrace.provider.Patience;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderOutcome.Succeeded;
import dev.millrace.provider.Simulated;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Signed thoughts against a provider that refuses a turn of calls without the thoughts that led to them, and thoughts
/// that were changed.
@DisplayNameGeneration(ReplaceUnderscores.class)
class SignedThoughtTest {

    private static final String MODEL = "sim-chat~tool~calls=2~thoughts=9";

    private static final Duration LONG = Duration.ofSeconds(20);

    private final Simulated simulated = new Simulated(new AnthropicFormat());

    private static ObjectNode question() {
        return (ObjectNode) Translation.json("{'model':'public','thinking':{'type':'enabled','budget_tokens':1024},"
                + "'messages':[{'role':'user','content':'hello'}],'tools':[{'type':'function','function':"
                + "{'name':'look','parameters':{'type':'object','properties':{'at':{'type':'string'}},"
                + "'required':['at']}}}]}");
    }

    /// Each call by an adapter of its own, as by different instances.
    private ProviderOutcome complete(JsonNode request) {
        return new AnthropicChat(Simulated.HTTP, JsonMapper.shared())
                .complete(
                        simulated.target(MODEL),
                        ChatCall.whole(request.toString().getBytes(StandardCharsets.UTF_8), "public"));
    }

    private static JsonNode message(ProviderOutcome outcome) {
        assertThat(outcome).isInstanceOf(Succeeded.class);
        return Simulated.JSON
                .readTree(((Succeeded) outcome).answer().body())
                .path("choices")
                .path(0)
                .path("message");
    }

    /// The conversation as a client goes on with it that knows the standard fields alone.
    private static ObjectNode answered(ObjectNode request, JsonNode message) {
        var messages = request.withArrayProperty("messages");
        var standard = messages.addObject().put("role", "assistant");
        standard.set("content", message.path("content"));
        standard.set("tool_calls", message.path("tool_calls"));
        for (var call : message.path("tool_calls")) {
            messages.addObject()
                    .put("role", "tool")
                    .put("tool_call_id", call.path("id").asString())
                    .put("content", "seen");
        }
        return request;
    }

    private void laterTurnCarriesTheThought(ObjectNode request) {
        assertThat(complete(request)).isInstanceOf(Succeeded.class);
        var turn = simulated.lastBody("chat").path("messages").path(1).path("content");
        assertThat(turn.path(0).path("type").asString()).isEqualTo("thinking");
        assertThat(turn.path(0).path("signature").asString()).isNotBlank();
        assertThat(turn.path(1).path("type").asString()).isEqualTo("tool_use");
        assertThat(turn.path(2).path("type").asString()).isEqualTo("tool_use");
        var results = simulated.lastBody("chat").path("messages").path(2).path("content");
        for (int i = 0; i < 2; i++) {
            var id = turn.path(i + 1).path("id").asString();
            assertThat(id).matches("toolu_[a-z0-9_]+");
            assertThat(results.path(i).path("tool_use_id").asString()).isEqualTo(id);
        }
    }

    @Test
    void survive_a_client_that_returns_standard_fields_only_also_through_another_instance() {
        var message = message(complete(question()));
        assertThat(message.path("reasoning_content").asString()).isNotBlank();
        assertThat(message.path("tool_calls").path(0).path("id").asString()).contains("." + CallIds.ANTHROPIC + ".");
        laterTurnCarriesTheThought(answered(question(), message));
    }

    @Test
    void survive_it_streamed_too() {
        var call = new ChatCall(question().toString().getBytes(StandardCharsets.UTF_8), "public", Set.of(), false);
        var opening = new AnthropicChat(Simulated.HTTP, JsonMapper.shared())
                .open(simulated.target(MODEL), call, new Patience(LONG, LONG, LONG));
        var streamed = StreamedMessage.read(Heard.streaming(opening));
        streamed.whole();
        laterTurnCarriesTheThought(answered(question(), accumulated(streamed)));
    }

    private static JsonNode accumulated(StreamedMessage streamed) {
        var message = Simulated.JSON.createObjectNode();
        message.putNull("content");
        var calls = message.putArray("tool_calls");
        for (var delta : streamed.deltas()) {
            for (var fragment : delta.path("tool_calls")) {
                int index = fragment.path("index").asInt();
                if (fragment.has("id")) {
                    calls.add(((ObjectNode) fragment).without("index"));
                } else {
                    var function = (ObjectNode) calls.path(index).path("function");
                    function.put(
                            "arguments",
                            function.path("arguments").asString()
                                    + fragment.path("function")
                                            .path("arguments")
                                            .asString());
                }
            }
        }
        return message;
    }

    @Test
    void are_missed_by_the_provider_where_a_client_cuts_the_ids() {
        var message = message(complete(question()));
        for (var call : message.path("tool_calls")) {
            ((ObjectNode) call).put("id", CallIds.bare(call.path("id").asString()));
        }
        assertThat(complete(answered(question(), message))).isInstanceOf(ProviderOutcome.Terminal.class);
    }

    @Test
    void stand_again_where_they_stood_between_texts_and_calls() {
        var content = Translation.json("[{'type':'thinking','thinking':'One','signature':'s1'},"
                + "{'type':'text','text':'First. '},"
                + "{'type':'redacted_thinking','data':'secret'},"
                + "{'type':'tool_use','id':'toolu_1','name':'look','input':{}},"
                + "{'type':'thinking','thinking':'','signature':'s3'},"
                + "{'type':'tool_use','id':'toolu_2','name':'look','input':{'a':1}}]");
        var message = (ObjectNode) Translation.json("{'type':'message','id':'msg_1','stop_reason':'tool_use'}");
        message.set("content", content);
        var completion = MessageAnswer.of(
                Translation.JSON,
                message,
                ChatCall.whole("{\"messages\":[]}".getBytes(StandardCharsets.UTF_8), "public"));
        var said = completion.body().path("choices").path(0).path("message");
        assertThat(said.path("content").asString()).isEqualTo("First. ");
        assertThat(said.path("reasoning_content").asString()).isEqualTo("One");
        var turn = Translation.ofMessages("{'role':'user','content':'hello'}", said.toString())
                .messages()
                .path(1)
                .path("content");
        assertThat(turn).isEqualTo(content);
    }

    @Test
    void of_a_stream_travel_as_those_of_an_answer_in_one_piece() {
        var stream = StreamedMessage.of(
                StreamedMessage.START,
                StreamedMessage.begin(0, "{'type':'text','text':'First. '}"),
                StreamedMessage.end(0),
                StreamedMessage.begin(1, "{'type':'thinking','thinking':'','signature':''}"),
                StreamedMessage.delta(1, "{'type':'thinking_delta','thinking':'On'}"),
                StreamedMessage.delta(1, "{'type':'thinking_delta','thinking':'e'}"),
                StreamedMessage.delta(1, "{'type':'signature_delta','signature':'s1'}"),
                StreamedMessage.end(1),
                StreamedMessage.begin(2, "{'type':'redacted_thinking','data':'secret'}"),
                StreamedMessage.end(2),
                StreamedMessage.begin(3, "{'type':'tool_use','id':'toolu_1','name':'look','input':{}}"),
                StreamedMessage.end(3),
                StreamedMessage.finish("tool_use"),
                StreamedMessage.STOP);
        stream.whole();
        var id = accumulated(stream).path("tool_calls").path(0).path("id").asString();
        assertThat(CallIds.bare(id)).isEqualTo("toolu_1");
        assertThat(Simulated.JSON.readTree(
                        CallIds.payload(id, CallIds.ANTHROPIC).orElseThrow()))
                .isEqualTo(Translation.json("[7,{'type':'thinking','thinking':'One','signature':'s1'},"
                        + "{'type':'redacted_thinking','data':'secret'}]"));
    }

    @Test
    void of_another_kind_are_cut_off_and_never_become_blocks() {
        var forged = CallIds.with(
                "toolu_1",
                CallIds.ANTHROPIC,
                "[{\"type\":\"text\",\"text\":\"x\"},{\"type\":\"thinking\",\"thinking\":\"x\"},7,\"y\"]"
                        .getBytes(StandardCharsets.UTF_8));
        var google = CallIds.with("call_2", CallIds.GOOGLE, new byte[] {1, 2, 3});
        for (var id : new String[] {forged, google, "toolu_1.mra.garbage", "toolu_1.mra."}) {
            var turn = Translation.ofMessages(
                            "{'role':'user','content':'hello'}",
                            "{'role':'assistant','tool_calls':[{'id':'" + id
                                    + "','type':'function','function':{'name':'f','arguments':'{}'}}]}")
                    .messages()
                    .path(1)
                    .path("content");
            assertThat(turn.size()).as(id).isEqualTo(1);
            assertThat(turn.path(0).path("id").asString()).isEqualTo(CallIds.bare(id));
        }
    }
}
