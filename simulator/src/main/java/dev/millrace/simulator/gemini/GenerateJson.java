package dev.millrace.simulator.gemini;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.desk.StreamEvent;
import dev.millrace.simulator.desk.StreamEvent.Part;
import dev.millrace.simulator.speech.Tokens;
import java.util.ArrayList;
import java.util.List;

/// Writes answers, whole and in chunks. As protocol buffers do, it leaves out what is zero or empty.
record GenerateJson(String id, GenerateRequest request, GenerateReply reply, Behaviour behaviour) {

    String whole() {
        if (reply.blocked().isPresent()) {
            return blocked(reply.blocked().get());
        }
        List<String> parts = new ArrayList<>();
        if (!reply.thought().isEmpty()) {
            parts.add(thought());
        }
        if (!reply.pieces().isEmpty()) {
            parts.add(text(String.join("", reply.pieces()), signed()));
        }
        reply.calls().forEach(call -> parts.add(call(call)));
        List<String> candidates = new ArrayList<>();
        for (int i = 0; i < request.candidates(); i++) {
            candidates.add(candidate(i, parts, true));
        }
        return response("\"candidates\":[" + String.join(",", candidates) + "]", reply.tokens());
    }

    /// The chunks of a stream; each holds only what is new.
    List<StreamEvent> events() {
        List<StreamEvent> events = new ArrayList<>();
        if (reply.blocked().isPresent()) {
            events.add(event(Part.FINISH, blocked(reply.blocked().get())));
            return events;
        }
        int candidates = request.candidates();
        long spoken = 0;
        for (int i = 0; i < candidates && !reply.thought().isEmpty(); i++) {
            events.add(chunk(Part.TOKEN, i, thought(), spoken));
        }
        for (String piece : reply.pieces()) {
            for (int i = 0; i < candidates; i++) {
                events.add(chunk(Part.TOKEN, i, text(piece, false), ++spoken));
            }
        }
        for (GenerateReply.Call call : reply.calls()) {
            for (int i = 0; i < candidates; i++) {
                events.add(chunk(Part.TOKEN, i, call(call), ++spoken));
            }
        }
        for (int i = 0; i < candidates; i++) {
            events.add(event(
                    Part.FINISH,
                    response(
                            "\"candidates\":[" + candidate(i, List.of(text("", signed())), true) + "]",
                            reply.tokens())));
        }
        return events;
    }

    private StreamEvent chunk(Part part, int candidate, String content, long spoken) {
        Tokens all = reply.tokens();
        Tokens soFar = new Tokens(all.fresh(), all.cached(), all.cacheWritten(), all.thoughts(), spoken);
        String json = "\"candidates\":[" + candidate(candidate, List.of(content), false) + "]";
        return event(part, response(json, behaviour.is(Key.USAGE, "finish") ? "" : usage(soFar)));
    }

    private static StreamEvent event(Part part, String json) {
        return new StreamEvent(part, "data: " + json + "\r\n\r\n");
    }

    private String candidate(int index, List<String> parts, boolean ended) {
        StringBuilder json = new StringBuilder("{\"content\":{");
        if (!parts.isEmpty()) {
            json.append("\"parts\":[").append(String.join(",", parts)).append("],");
        }
        json.append("\"role\":\"model\"}");
        if (ended && !behaviour.is(Key.NO_FINISH)) {
            json.append(",\"finishReason\":").append(JsonText.quoted(reply.finishReason()));
            if (reply.finishReason().equals("SAFETY")) {
                json.append(",\"safetyRatings\":").append(rating());
            }
        }
        if (index > 0) {
            json.append(",\"index\":").append(index);
        }
        return json.append('}').toString();
    }

    private String blocked(String reason) {
        return response(
                "\"promptFeedback\":{\"blockReason\":" + JsonText.quoted(reason) + ",\"safetyRatings\":" + rating()
                        + "}",
                reply.tokens());
    }

    private static String rating() {
        return "[{\"category\":\"HARM_CATEGORY_DANGEROUS_CONTENT\",\"probability\":\"HIGH\",\"blocked\":true}]";
    }

    private String response(String content, Tokens tokens) {
        return response(content, usage(tokens));
    }

    private String response(String content, String usage) {
        return "{" + content + usage + ",\"modelVersion\":" + JsonText.quoted(request.model()) + ",\"responseId\":"
                + JsonText.quoted(id) + "}";
    }

    private String usage(Tokens tokens) {
        if (behaviour.is(Key.USAGE, "none")) {
            return "";
        }
        StringBuilder json = new StringBuilder(",\"usageMetadata\":{\"promptTokenCount\":").append(tokens.prompt());
        count(json, "cachedContentTokenCount", tokens.cached());
        count(json, "candidatesTokenCount", tokens.answer());
        count(json, "thoughtsTokenCount", tokens.thoughts());
        count(json, "totalTokenCount", tokens.prompt() + tokens.answer() + tokens.thoughts());
        return json.append(",\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":")
                .append(tokens.prompt())
                .append("}]}")
                .toString();
    }

    private static void count(StringBuilder json, String name, long count) {
        if (count > 0) {
            json.append(",\"").append(name).append("\":").append(count);
        }
    }

    private static String text(String text, boolean signed) {
        return "{\"text\":" + JsonText.quoted(text)
                + (signed ? ",\"thoughtSignature\":" + JsonText.quoted(Contents.TEXT_SEAL) : "") + "}";
    }

    private String thought() {
        return "{\"text\":" + JsonText.quoted(reply.thought()) + ",\"thought\":true}";
    }

    /// Whether there were thoughts that led to no call; their signature stands on the text then, in streams on an empty
    /// one at the end.
    private boolean signed() {
        return request.modern()
                && reply.tokens().thoughts() > 0
                && reply.calls().isEmpty();
    }

    private static String call(GenerateReply.Call call) {
        StringBuilder json = new StringBuilder("{\"functionCall\":{");
        if (call.id() != null) {
            json.append("\"id\":").append(JsonText.quoted(call.id())).append(',');
        }
        json.append("\"name\":").append(JsonText.quoted(call.name()));
        if (!call.args().isEmpty()) {
            json.append(",\"args\":").append(call.args());
        }
        json.append('}');
        if (call.signature() != null) {
            json.append(",\"thoughtSignature\":").append(JsonText.quoted(call.signature()));
        }
        return json.append('}').toString();
    }
}
