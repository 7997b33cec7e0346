package dev.millrace.provider.anthropic;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ChatStream;
import dev.millrace.provider.ChatStream.Part;
import dev.millrace.provider.ChunkRules;
import dev.millrace.provider.Heard;
import dev.millrace.provider.Patience;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A stream of events, written with `'` for `"`, and what it comes to.
record StreamedMessage(Heard heard) {

    static final String START = "{'type':'message_start','message':{'id':'msg_1','type':'message',"
            + "'role':'assistant','model':'claude-x','content':[],'stop_reason':null,"
            + "'usage':{'input_tokens':12,'cache_creation_input_tokens':3,'cache_read_input_tokens':5,"
            + "'output_tokens':1}}}";

    static final String STOP = "{'type':'message_stop'}";

    private static final Duration LONG = Duration.ofSeconds(10);

    static String begin(int index, String block) {
        return "{'type':'content_block_start','index':" + index + ",'content_block':" + block + "}";
    }

    static String delta(int index, String delta) {
        return "{'type':'content_block_delta','index':" + index + ",'delta':" + delta + "}";
    }

    static String end(int index) {
        return "{'type':'content_block_stop','index':" + index + "}";
    }

    static String finish(String reason) {
        return "{'type':'message_delta','delta':{'stop_reason':'" + reason
                + "','stop_sequence':null},'usage':{'output_tokens':7,'output_tokens_details':{'thinking_tokens':2}}}";
    }

    static StreamedMessage of(String... events) {
        return of(true, events);
    }

    static StreamedMessage of(boolean showUsage, String... events) {
        var body = new StringBuilder();
        for (var event : events) {
            var json = event.replace('\'', '"');
            var type = Simulated.JSON.readTree(json).path("type").asString();
            body.append("event: ").append(type).append("\ndata: ").append(json).append("\n\n");
        }
        try (var provider = RawServer.answering(RawServer.answer("200 OK", "text/event-stream", body.toString()))) {
            var target = new Target("raw", provider.uri(""), "claude-x", Simulated.KEY, LONG, Traits.NONE);
            var request = "{\"model\":\"public\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
            var call = new ChatCall(request.getBytes(StandardCharsets.UTF_8), "public", Set.of(), showUsage);
            var opening = new AnthropicChat(Simulated.HTTP, JsonMapper.shared())
                    .open(target, call, new Patience(LONG, LONG, LONG));
            return read(Heard.streaming(opening));
        }
    }

    static StreamedMessage read(ChatStream stream) {
        return new StreamedMessage(Heard.of(stream));
    }

    List<JsonNode> chunks() {
        return heard.json();
    }

    List<Boolean> tokens() {
        return heard.chunks().stream().map(Part.Chunk::token).toList();
    }

    /// Holds a stream that ended well to the rules of chunks.
    Part.End whole() {
        ChunkRules.hold(heard, "public", heard.json().getFirst().has("usage"));
        return heard.end();
    }

    ProviderOutcome broken() {
        return heard.broken();
    }

    /// The deltas of all chunks, the role of the first left out.
    List<JsonNode> deltas() {
        return heard.deltas(0).stream().map(StreamedMessage::withoutRole).toList();
    }

    private static JsonNode withoutRole(JsonNode delta) {
        ((ObjectNode) delta).remove("role");
        return delta;
    }

    List<String> finishReasons() {
        return heard.finishReasons(0);
    }
}
