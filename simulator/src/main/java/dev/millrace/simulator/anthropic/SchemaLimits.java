package dev.millrace.simulator.anthropic;

import dev.millrace.simulator.desk.ApiException;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// What a schema for structured output may not have: open objects, bounds of numbers and strings, recursion.
final class SchemaLimits {

    private static final String AT = "output_config.format.schema: ";
    private static final Set<String> NOT_SUPPORTED = Set.of(
            "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength");
    private static final int DEEPEST = 64;

    private final JsonNode root;

    private SchemaLimits(JsonNode root) {
        this.root = root;
    }

    static void check(JsonNode schema) throws ApiException {
        if (!schema.isObject()) {
            throw Complaint.missing("output_config.format.schema");
        }
        new SchemaLimits(schema).check(schema, 0);
    }

    private void check(JsonNode schema, int depth) throws ApiException {
        if (depth > DEEPEST) {
            throw Complaint.of(AT + "recursive schemas are not supported");
        }
        String type = schema.path("type").asString("");
        if ((type.equals("object") || schema.path("properties").isObject())
                && !schema.path("additionalProperties").isBoolean()) {
            throw Complaint.of(AT + "For 'object' type, 'additionalProperties' must be explicitly set to false");
        }
        if (schema.path("additionalProperties").asBoolean(false)) {
            throw Complaint.of(AT + "For 'object' type, 'additionalProperties: true' is not supported");
        }
        for (String word : schema.propertyNames()) {
            if (NOT_SUPPORTED.contains(word)) {
                throw Complaint.of(AT + "For '" + type + "' type, property '" + word + "' is not supported");
            }
        }
        if (schema.has("$ref")) {
            String reference = schema.path("$ref").asString("#");
            check(root.at(reference.startsWith("#") ? reference.substring(1) : ""), depth + 1);
        }
        for (JsonNode property : schema.path("properties")) {
            check(property, depth + 1);
        }
        if (schema.path("items").isObject()) {
            check(schema.path("items"), depth + 1);
        }
        for (String choice : new String[] {"anyOf", "allOf", "oneOf"}) {
            for (JsonNode part : schema.path(choice)) {
                check(part, depth + 1);
            }
        }
    }
}
