package dev.millrace.provider.anthropic;

import dev.millrace.provider.CallIds;
import dev.millrace.provider.WireJson;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Signed thoughts travel in the id of the call that they led to. Messages wants them back unchanged before that call,
/// and a client of the OpenAI wire format returns nothing of an answer for certain but its text, calls and ids.
final class SignedThoughts {

    private SignedThoughts() {}

    /// @param entries what [PendingThoughts] gathered
    static String pack(JsonMapper json, String id, List<JsonNode> entries) {
        return entries.isEmpty()
                ? id
                : CallIds.with(
                        id,
                        CallIds.ANTHROPIC,
                        WireJson.bytes(json, json.createArrayNode().addAll(entries)));
    }

    /// The same entries; none where the id carries none, or something that nobody packed.
    static List<JsonNode> unpack(JsonMapper json, String id) {
        var entries = new ArrayList<JsonNode>();
        var payload = CallIds.payload(id, CallIds.ANTHROPIC);
        if (payload.isEmpty()) {
            return entries;
        }
        try {
            for (var entry : json.readTree(payload.get())) {
                if (entry instanceof ObjectNode block ? isThought(block) : entry.canConvertToInt()) {
                    entries.add(entry);
                }
            }
        } catch (JacksonException garbage) {
            return List.of();
        }
        return entries;
    }

    /// What a caller made up must not become another kind of block.
    private static boolean isThought(ObjectNode block) {
        return switch (block.path("type").asString("")) {
            case "thinking" ->
                block.size() == 3
                        && block.path("thinking").isString()
                        && block.path("signature").isString();
            case "redacted_thinking" -> block.size() == 2 && block.path("data").isString();
            default -> false;
        };
    }
}
