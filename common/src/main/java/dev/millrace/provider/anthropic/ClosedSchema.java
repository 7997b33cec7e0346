package dev.millrace.provider.anthropic;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A JSON schema within the limits of structured output: closed objects, no bounds, no recursion. A bound is moved
/// into the description, where the model still reads it.
final class ClosedSchema {

    private static final Set<String> BOUNDS = Set.of(
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "uniqueItems",
            "minProperties",
            "maxProperties",
            "patternProperties");

    /// Keywords whose value is a schema, or a list of them.
    private static final List<String> NESTED = List.of("items", "anyOf", "allOf", "oneOf", "prefixItems", "not");

    /// Keywords whose value names schemas.
    private static final List<String> NAMED = List.of("properties", "$defs", "definitions");

    private static final int DEEPEST = 64;

    private final ObjectNode root;
    private final String at;

    /// References that are known to end: one that stands in many places is followed once.
    private final Set<String> ending = new HashSet<>();

    private ClosedSchema(ObjectNode root, String at) {
        this.root = root;
        this.at = at;
    }

    /// A tool without arguments.
    static ObjectNode none() {
        var schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        schema.putObject("properties");
        return schema;
    }

    /// @throws UnfitException if the schema refers to itself
    static ObjectNode of(ObjectNode schema, String at) throws UnfitException {
        var copy = schema.deepCopy();
        var closed = new ClosedSchema(copy, at);
        closed.refuseRecursion(copy, new HashSet<>(), 0);
        closed.close(copy);
        return copy;
    }

    private void close(JsonNode node) {
        for (var element : node instanceof ArrayNode ? node : JsonNodeFactory.instance.arrayNode()) {
            close(element);
        }
        if (!(node instanceof ObjectNode schema)) {
            return;
        }
        var bounds = new ArrayList<String>();
        for (var word : List.copyOf(schema.propertyNames())) {
            boolean open = word.equals("additionalProperties")
                    && (!schema.path(word).isBoolean() || schema.path(word).booleanValue());
            if (open || BOUNDS.contains(word)) {
                bounds.add(word + ": " + schema.remove(word));
            }
        }
        if (!bounds.isEmpty()) {
            var said = schema.path("description").asString("");
            var told = "(" + String.join(", ", bounds) + ")";
            schema.put("description", said.isEmpty() ? told : said + " " + told);
        }
        if (schema.path("properties").isObject() || isObject(schema.path("type"))) {
            schema.put("additionalProperties", false);
        }
        NESTED.forEach(word -> close(schema.path(word)));
        for (var word : NAMED) {
            for (var named : schema.path(word)) {
                close(named);
            }
        }
    }

    private static boolean isObject(JsonNode type) {
        if (type.isString()) {
            return type.stringValue().equals("object");
        }
        for (var one : type) {
            if (one.asString("").equals("object")) {
                return true;
            }
        }
        return false;
    }

    private void refuseRecursion(JsonNode node, Set<String> open, int depth) throws UnfitException {
        if (depth > DEEPEST) {
            throw new UnfitException(at, "Messages takes no schema that refers to itself or is this deep");
        }
        for (var element : node instanceof ArrayNode ? node : JsonNodeFactory.instance.arrayNode()) {
            refuseRecursion(element, open, depth + 1);
        }
        if (!(node instanceof ObjectNode schema)) {
            return;
        }
        var reference = schema.path("$ref").asString("");
        if ((reference.equals("#") || reference.startsWith("#/")) && !ending.contains(reference)) {
            if (!open.add(reference)) {
                throw new UnfitException(at, "Messages takes no schema that refers to itself");
            }
            refuseRecursion(root.at(reference.substring(1)), open, depth + 1);
            open.remove(reference);
            ending.add(reference);
        }
        for (var word : NESTED) {
            refuseRecursion(schema.path(word), open, depth + 1);
        }
        for (var property : schema.path("properties")) {
            refuseRecursion(property, open, depth + 1);
        }
    }
}
