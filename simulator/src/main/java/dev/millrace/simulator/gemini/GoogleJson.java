package dev.millrace.simulator.gemini;

import dev.millrace.simulator.desk.ApiException;
import java.util.Base64;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Reads JSON as protocol buffers do: every name may be written in snake_case or in lowerCamelCase.
final class GoogleJson {

    private static final JsonMapper MAPPER = new JsonMapper();
    /// What is below these is the caller's own.
    private static final Set<String> OPAQUE = Set.of(
            "args",
            "response",
            "parameters",
            "parametersJsonSchema",
            "responseSchema",
            "responseJsonSchema",
            "userMetadata",
            "labels");

    private GoogleJson() {}

    static ObjectNode object(byte[] body) throws ApiException {
        return (ObjectNode) inCamelCase(anyObject(body));
    }

    /// The object with its names as they are.
    static JsonNode anyObject(byte[] body) throws ApiException {
        try {
            JsonNode tree = MAPPER.readTree(body);
            if (tree != null && tree.isObject()) {
                return tree;
            }
        } catch (JacksonException e) {
            // The caller gets the same answer as for JSON that is no object.
        }
        throw GeminiErrors.invalid("Invalid JSON payload received. Unexpected token.")
                .toException();
    }

    static ApiException invalid(String message) {
        return GeminiErrors.invalid(message).toException();
    }

    /// @throws ApiException if the object has a name that is not among these
    static void checkNames(JsonNode object, Set<String> known, String at) throws ApiException {
        for (String name : object.propertyNames()) {
            if (!known.contains(name)) {
                String where = at.isEmpty() ? "" : " at '" + at + "'";
                throw invalid("Invalid JSON payload received. Unknown name \"" + name + "\"" + where
                        + ": Cannot find field.");
            }
        }
    }

    /// @throws ApiException if this is no base64, in either alphabet
    static void checkBytes(JsonNode value, String at) throws ApiException {
        String text = value.asString("").replace('-', '+').replace('_', '/');
        try {
            if (text.isEmpty()) {
                throw invalid("Missing or empty bytes at '" + at + "'");
            }
            Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw invalid("Invalid value at '" + at + "' (TYPE_BYTES), Base64 decoding failed");
        }
    }

    private static JsonNode inCamelCase(JsonNode node) {
        if (node.isArray()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            node.forEach(element -> array.add(inCamelCase(element)));
            return array;
        }
        if (!node.isObject()) {
            return node;
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (var property : node.properties()) {
            String name = camelCase(property.getKey());
            object.set(name, OPAQUE.contains(name) ? property.getValue() : inCamelCase(property.getValue()));
        }
        return object;
    }

    private static String camelCase(String name) {
        if (name.indexOf('_') < 0) {
            return name;
        }
        StringBuilder camel = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_' && i + 1 < name.length()) {
                camel.append(Character.toUpperCase(name.charAt(++i)));
            } else {
                camel.append(c);
            }
        }
        return camel.toString();
    }
}
