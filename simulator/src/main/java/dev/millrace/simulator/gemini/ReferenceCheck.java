package dev.millrace.simulator.gemini;

import dev.millrace.simulator.desk.ApiException;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Of a schema with references: beside a `$ref` only names that begin with `$` may stand.
final class ReferenceCheck {

    private static final Set<String> OF_SCHEMAS = Set.of("properties", "$defs");
    private static final Set<String> SCHEMAS = Set.of("items", "prefixItems", "anyOf", "oneOf", "allOf");

    private ReferenceCheck() {}

    /// @param at the name of the field that holds it
    static void check(JsonNode schema, String at) throws ApiException {
        if (schema.isArray()) {
            for (JsonNode one : schema) {
                check(one, at);
            }
            return;
        }
        if (!schema.isObject()) {
            return;
        }
        if (schema.has("$ref")) {
            for (String name : schema.propertyNames()) {
                if (!name.startsWith("$")) {
                    throw GoogleJson.invalid(
                            "* GenerateContentRequest." + at + ": a schema with `$ref` must not have `" + name + "`");
                }
            }
        }
        for (String name : SCHEMAS) {
            check(schema.path(name), at);
        }
        for (String name : OF_SCHEMAS) {
            for (JsonNode one : schema.path(name)) {
                check(one, at);
            }
        }
    }
}
