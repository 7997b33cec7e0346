package dev.millrace.provider.anthropic;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What the model said in an earlier turn, in blocks again: its thoughts where they stood, its text, its calls.
final class AssistantTurn {

    private record Call(List<JsonNode> before, ObjectNode toolUse) {}

    private final JsonMapper json;
    private final String text;
    private final List<Call> calls = new ArrayList<>();
    private final List<ObjectNode> blocks = new ArrayList<>();
    private int said;

    AssistantTurn(JsonMapper json, String text) {
        this.json = json;
        this.text = text;
    }

    /// @param id as it went to the caller, thoughts packed into it
    void call(String id, String name, ObjectNode input) {
        var toolUse = json.createObjectNode()
                .put("type", "tool_use")
                .put("id", ToolUseId.of(id))
                .put("name", name);
        toolUse.set("input", input);
        calls.add(new Call(SignedThoughts.unpack(json, id), toolUse));
    }

    List<ObjectNode> blocks() {
        int apart = calls.stream()
                .flatMap(call -> call.before().stream())
                .mapToInt(entry -> entry.asInt(0))
                .sum();
        boolean first = true;
        for (var call : calls) {
            for (var entry : call.before()) {
                if (entry instanceof ObjectNode thought) {
                    blocks.add(thought);
                } else {
                    say(entry.asInt(0));
                }
            }
            if (first) {
                say(text.length() - apart);
                first = false;
            }
            blocks.add(call.toolUse());
        }
        if (calls.isEmpty()) {
            say(text.length());
        }
        return blocks;
    }

    private void say(int characters) {
        int to = Math.clamp((long) said + characters, said, text.length());
        var part = text.substring(said, to);
        said = to;
        if (!part.isBlank()) {
            blocks.add(Parts.text(part));
        }
    }
}
