package dev.millrace.provider.anthropic;

import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The tools, and whether one must be called.
final class Tools {

    private Tools() {}

    static void into(Fields fields, ObjectNode body) throws UnfitException {
        var wanted = fields.take("tools");
        var choice = fields.take("tool_choice");
        var parallel = fields.take("parallel_tool_calls");
        if (!wanted.isMissingNode() && !wanted.isArray()) {
            throw new UnfitException("tools", "`tools` must be a list of tools");
        }
        var tools = body.arrayNode();
        for (int i = 0; i < wanted.size(); i++) {
            tools.add(tool(wanted.path(i), "tools[" + i + "]"));
        }
        var chosen = body.objectNode();
        choose(choice, tools, chosen);
        if (tools.isEmpty()) {
            if (!Set.of("", "auto", "none").contains(chosen.path("type").asString(""))) {
                throw new UnfitException("tool_choice", "`tool_choice` names a tool, and there are no `tools`");
            }
            return;
        }
        if (parallel.isBoolean()
                && !parallel.booleanValue()
                && !chosen.path("type").asString("").equals("none")) {
            if (chosen.isEmpty()) {
                chosen.put("type", "auto");
            }
            chosen.put("disable_parallel_tool_use", true);
        }
        body.set("tools", tools);
        if (!chosen.isEmpty()) {
            body.set("tool_choice", chosen);
        }
    }

    private static ObjectNode tool(JsonNode tool, String at) throws UnfitException {
        if (!tool.path("type").asString("").equals("function")) {
            throw new UnfitException(at + ".type", "Messages has function tools only");
        }
        var function = tool.path("function");
        var made = ((ObjectNode) tool).objectNode();
        made.put("name", Parts.string(function.path("name"), at + ".function.name"));
        if (function.path("description").isString()) {
            made.set("description", function.path("description"));
        }
        boolean strict = function.path("strict").asBoolean(false);
        made.set("input_schema", schema(function.path("parameters"), strict, at + ".function.parameters"));
        if (strict) {
            made.put("strict", true);
        }
        if (tool.path("cache_control").isObject()) {
            made.set("cache_control", tool.path("cache_control"));
        }
        return made;
    }

    private static ObjectNode schema(JsonNode parameters, boolean strict, String at) throws UnfitException {
        if (parameters.isMissingNode() || parameters.isNull()) {
            return ClosedSchema.none();
        }
        if (!(parameters instanceof ObjectNode object)) {
            throw new UnfitException(at, "`" + at + "` must be a JSON schema");
        }
        var schema = strict ? ClosedSchema.of(object, at) : object.deepCopy();
        if (!schema.has("type")) {
            schema.put("type", "object");
        }
        return schema;
    }

    private static void choose(JsonNode choice, ArrayNode tools, ObjectNode chosen) throws UnfitException {
        if (choice.isMissingNode()) {
            return;
        }
        if (choice.isString()) {
            chosen.put("type", mode(choice.stringValue(), "tool_choice"));
            return;
        }
        switch (choice.path("type").asString("")) {
            case "function" ->
                chosen.put("type", "tool")
                        .put("name", Parts.string(choice.path("function").path("name"), "tool_choice.function.name"));
            case "allowed_tools" -> {
                var allowed = choice.path("allowed_tools");
                keep(allowed.path("tools"), tools);
                chosen.put("type", mode(allowed.path("mode").asString("auto"), "tool_choice.allowed_tools.mode"));
            }
            default -> throw new UnfitException("tool_choice.type", "Messages has function tools only");
        }
    }

    private static String mode(String mode, String at) throws UnfitException {
        return switch (mode) {
            case "auto" -> "auto";
            case "none" -> "none";
            case "required" -> "any";
            default -> throw new UnfitException(at, "`" + at + "` is no choice that is known");
        };
    }

    /// Messages has no list of allowed tools, so those that are not allowed are not shown.
    private static void keep(JsonNode allowed, ArrayNode tools) {
        var names = new HashSet<String>();
        for (var one : allowed) {
            names.add(one.path("function").path("name").asString(""));
        }
        tools.removeIf(tool -> !names.contains(tool.path("name").asString("")));
    }
}
