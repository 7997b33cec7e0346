package dev.millrace.provider.gemini;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A JSON schema as Google's formats take it: beside a `$ref` nothing may stand that does not begin with `$`, but the
/// common generators write a description there. The reference moves into an `anyOf` of one, which means the same;
/// all else passes as it is.
final class ReferenceSchema {

    /// Keywords whose value is a schema, or a list of them.
    private static final List<String> NESTED =
            List.of("items", "prefixItems", "anyOf", "allOf", "oneOf", "not", "additionalProperties");

    /// Keywords whose value names schemas.
    private static final List<String> NAMED = List.of("properties", "patternProperties", "$defs", "definitions");

    private ReferenceSchema() {}

    static JsonNode of(JsonNode schema) {
        var copy = schema.deepCopy();
        rewrite(copy);
        return copy;
    }

    private static void rewrite(JsonNode node) {
        if (node.isArray()) {
            node.forEach(ReferenceSchema::rewrite);
            return;
        }
        if (!(node instanceof ObjectNode schema)) {
            return;
        }
        if (schema.path("$ref").isString() && hasMore(schema)) {
            var reference = schema.remove("$ref");
            var all = schema.path("anyOf").isArray() ? "allOf" : "anyOf";
            schema.withArray(all).addObject().set("$ref", reference);
        }
        NESTED.forEach(keyword -> rewrite(schema.path(keyword)));
        NAMED.forEach(keyword -> schema.path(keyword).forEach(ReferenceSchema::rewrite));
    }

    private static boolean hasMore(ObjectNode schema) {
        return schema.propertyNames().stream().anyMatch(name -> !name.startsWith("$"));
    }
}
