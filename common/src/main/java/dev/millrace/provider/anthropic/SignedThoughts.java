package dev.millrace.provider.anthropic;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Thoughts that travel in the id of the call that they led to.
final class SignedThoughts {

    private SignedThoughts() {}

    static String pack(JsonMapper json, String id, List<JsonNode> entries) {
        return id;
    }

    static List<JsonNode> unpack(JsonMapper json, String id) {
        return List.of();
    }
}
