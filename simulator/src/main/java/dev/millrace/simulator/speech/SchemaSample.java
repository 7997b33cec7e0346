package dev.millrace.simulator.speech;

import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Makes up a value that fits a JSON schema: the smallest one, and always the same.
///
/// Understands what structured output allows: types, enum, const, properties, items, anyOf, references into the schema
/// itself, and bounds of numbers, strings and arrays.
public final class SchemaSample {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int DEEPEST = 16;

    private final JsonNode root;

    private SchemaSample(JsonNode root) {
        this.root = root;
    }

    public static JsonNode of(JsonNode schema) {
        return schema.isObject() ? new SchemaSample(schema).sample(schema, 0) : NODES.objectNode();
    }

    private JsonNode sample(JsonNode schema, int depth) {
        if (depth > DEEPEST) {
            return NODES.nullNode();
        }
        if (schema.has("$ref")) {
            String reference = schema.path("$ref").asString("#");
            return sample(root.at(reference.startsWith("#") ? reference.substring(1) : ""), depth + 1);
        }
        if (schema.has("const")) {
            return schema.path("const");
        }
        if (schema.path("enum").isArray() && !schema.path("enum").isEmpty()) {
            return schema.path("enum").path(0);
        }
        for (String choice : new String[] {"anyOf", "oneOf", "allOf"}) {
            if (schema.path(choice).isArray() && !schema.path(choice).isEmpty()) {
                return sample(least(schema.path(choice), depth), depth + 1);
            }
        }
        JsonNode type = schema.path("type");
        String name = type.isArray() ? type.path(0).asString("") : type.asString("");
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "string" -> NODES.stringNode(string(schema));
            case "integer" -> NODES.numberNode((long) Math.ceil(number(schema, 1)));
            case "number" -> NODES.numberNode(number(schema, 0.5));
            case "boolean" -> NODES.booleanNode(true);
            case "null" -> NODES.nullNode();
            case "array" -> array(schema, depth);
            default -> object(schema, depth);
        };
    }

    /// Deep down the choice that ends soonest, or a recursive schema would never end.
    private JsonNode least(JsonNode choices, int depth) {
        if (depth > 2) {
            for (JsonNode choice : choices) {
                if (choice.path("type").asString("").equals("null")) {
                    return choice;
                }
            }
        }
        return choices.path(0);
    }

    private ObjectNode object(JsonNode schema, int depth) {
        ObjectNode object = NODES.objectNode();
        for (var property : schema.path("properties").properties()) {
            object.set(property.getKey(), sample(property.getValue(), depth + 1));
        }
        return object;
    }

    private ArrayNode array(JsonNode schema, int depth) {
        ArrayNode array = NODES.arrayNode();
        // One element shows the shape; a recursive schema has to end somewhere.
        int count = Math.max(schema.path("minItems").asInt(0), depth > 4 ? 0 : 1);
        for (int i = 0; i < count; i++) {
            array.add(sample(schema.path("items"), depth + 1));
        }
        return array;
    }

    private static String string(JsonNode schema) {
        String text = switch (schema.path("format").asString("")) {
            case "date-time" -> "2026-01-01T00:00:00Z";
            case "date" -> "2026-01-01";
            case "time" -> "00:00:00Z";
            case "duration" -> "PT1S";
            case "email" -> "someone@example.com";
            case "hostname" -> "example.com";
            case "ipv4" -> "192.0.2.1";
            case "ipv6" -> "2001:db8::1";
            case "uri" -> "https://example.com/";
            case "uuid" -> "00000000-0000-4000-8000-000000000000";
            default -> "text";
        };
        int least = schema.path("minLength").asInt(0);
        int most = schema.path("maxLength").asInt(Integer.MAX_VALUE);
        String enough = text.length() < least ? text + "x".repeat(least - text.length()) : text;
        return enough.length() > most ? enough.substring(0, most) : enough;
    }

    private static double number(JsonNode schema, double otherwise) {
        double least = Math.max(
                schema.path("minimum").asDouble(Double.NEGATIVE_INFINITY),
                schema.path("exclusiveMinimum").asDouble(Double.NEGATIVE_INFINITY) + 1);
        double most = Math.min(
                schema.path("maximum").asDouble(Double.POSITIVE_INFINITY),
                schema.path("exclusiveMaximum").asDouble(Double.POSITIVE_INFINITY) - 1);
        return Math.min(Math.max(otherwise, least), most);
    }
}
