package dev.millrace.quickstart.client;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON as it goes over the wire.
final class Json {

    static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    /// The text of a member; empty if it is missing, null or no text.
    static String text(JsonNode object, String member) {
        return object.path(member).asString("");
    }
}
