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
    private final JsonNode cached;
    private final List<Call> calls = new ArrayList<>();
    private final List<ObjectNode> blocks = new ArrayList<>();
    private int said;

    /// @param cached of its text; missing where it was not asked for
    AssistantTurn(JsonMapper json, String text, JsonNode cached) {
        this.json = json;
        this.text = text;
        this.cached = cached;
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

    /// The text is one again, or parted by thoughts: what is kept goes as far as its last block.
    private void cache() {
        if (cached.isObject()) {
            blocks.stream()
                    .filter(block -> block.path("type").asString("").equals("text"))
                    .reduce((before, last) -> last)
                    .ifPresent(last -> last.set("cache_control", cached));
        }
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
        cache();
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
