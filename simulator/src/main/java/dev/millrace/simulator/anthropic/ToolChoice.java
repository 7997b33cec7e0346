package dev.millrace.simulator.anthropic;

import dev.millrace.simulator.desk.ApiException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Which tools may be called, and whether one has to be.
///
/// @param tools    those that may; the one that is named, if one is
/// @param parallel whether several may be called at once
record ToolChoice(List<JsonNode> tools, boolean required, boolean parallel) {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,128}");

    static ToolChoice of(JsonNode body) throws ApiException {
        List<JsonNode> tools = tools(body.path("tools"));
        JsonNode choice = body.path("tool_choice");
        if (choice.isMissingNode()) {
            return new ToolChoice(tools, false, true);
        }
        if (tools.isEmpty()) {
            throw Complaint.of("tool_choice: may only be specified while providing tools");
        }
        boolean parallel = !choice.path("disable_parallel_tool_use").asBoolean(false);
        return switch (Complaint.text(choice, "type", "tool_choice.")) {
            case "auto" -> new ToolChoice(tools, false, parallel);
            case "any" -> new ToolChoice(tools, true, parallel);
            case "none" -> {
                if (choice.has("disable_parallel_tool_use")) {
                    throw Complaint.extra("tool_choice.none.disable_parallel_tool_use");
                }
                yield new ToolChoice(List.of(), false, true);
            }
            case "tool" -> {
                String name = Complaint.text(choice, "name", "tool_choice.tool.");
                List<JsonNode> named = tools.stream()
                        .filter(tool -> tool.path("name").asString("").equals(name))
                        .toList();
                if (named.isEmpty()) {
                    throw Complaint.of("tool_choice.name: Tool '" + name + "' not found in provided tools");
                }
                yield new ToolChoice(named, true, parallel);
            }
            default -> throw Complaint.wrong("tool_choice.type", "'auto', 'any', 'tool' or 'none'");
        };
    }

    private static List<JsonNode> tools(JsonNode array) throws ApiException {
        List<JsonNode> tools = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode tool : array) {
            String at = "tools." + tools.size();
            String type = tool.path("type").asString("custom");
            String name = Complaint.text(tool, "name", at + ".");
            if (!NAME.matcher(name).matches()) {
                throw Complaint.of(at + ".custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'");
            }
            if (!names.add(name)) {
                throw Complaint.of("tools: Tool names must be unique.");
            }
            if (type.equals("custom")) {
                if (!tool.path("input_schema").isObject()) {
                    throw Complaint.missing(at + ".custom.input_schema");
                }
                if (!tool.path("input_schema").path("type").asString("").equals("object")) {
                    throw Complaint.wrong(at + ".custom.input_schema.type", "'object'");
                }
            }
            tools.add(tool);
        }
        return tools;
    }
}
