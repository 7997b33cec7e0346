package dev.millrace.provider.gemini;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The tools of a request, all in one object of Google's, and which of them may or must be called.
final class GeminiTools {

    private GeminiTools() {}

    /// @param tools the OpenAI array, not empty
    /// @param choice `tool_choice`, perhaps missing
    static void put(ObjectNode request, JsonNode tools, JsonNode choice) {
        var only = choice.path("type").asString("").equals("allowed_tools")
                        && !choice.path("allowed_tools")
                                .path("mode")
                                .asString("")
                                .equals("required")
                ? Optional.of(allowed(choice))
                : Optional.<Set<String>>empty();
        var declarations = JsonNodeFactory.instance.arrayNode();
        boolean strict = false;
        for (int i = 0; i < tools.size(); i++) {
            var tool = tools.get(i);
            if (!tool.path("type").asString("").equals("function")) {
                throw new UnfitException("tools[" + i + "]", "Google's format has functions only.");
            }
            var function = tool.path("function");
            if (only.isPresent() && !only.get().contains(function.path("name").asString(""))) {
                continue;
            }
            declarations.add(declaration(function));
            strict |= function.path("strict").asBoolean(false);
        }
        if (declarations.isEmpty()) {
            return;
        }
        request.putArray("tools").addObject().set("functionDeclarations", declarations);
        choose(request, choice, strict);
    }

    private static ObjectNode declaration(JsonNode function) {
        var declaration = JsonNodeFactory.instance.objectNode();
        declaration.put("name", function.path("name").asString(""));
        if (function.hasNonNull("description")) {
            declaration.set("description", function.get("description"));
        }
        if (function.hasNonNull("parameters")) {
            declaration.set("parametersJsonSchema", ReferenceSchema.of(function.get("parameters")));
        }
        return declaration;
    }

    private static void choose(ObjectNode request, JsonNode choice, boolean strict) {
        var word =
                choice.isString() ? choice.stringValue() : choice.path("type").asString("auto");
        var mode = switch (word) {
            // Calls that conform are promised for all functions or none.
            case "auto" -> strict ? "VALIDATED" : "AUTO";
            case "none" -> "NONE";
            case "required", "function" -> "ANY";
            case "allowed_tools" ->
                choice.path("allowed_tools").path("mode").asString("").equals("required")
                        ? "ANY"
                        : strict ? "VALIDATED" : "AUTO";
            default -> throw new UnfitException("tool_choice", "Google's format has no such choice among tools.");
        };
        if (mode.equals("AUTO")) {
            return;
        }
        var config = request.putObject("toolConfig").putObject("functionCallingConfig");
        config.put("mode", mode);
        if (mode.equals("ANY") && !word.equals("required")) {
            var names = config.putArray("allowedFunctionNames");
            if (word.equals("function")) {
                names.add(choice.path("function").path("name").asString(""));
            } else {
                allowed(choice).forEach(names::add);
            }
        }
    }

    private static Set<String> allowed(JsonNode choice) {
        var names = new LinkedHashSet<String>();
        for (var tool : choice.path("allowed_tools").path("tools")) {
            if (!tool.path("type").asString("function").equals("function")) {
                throw new UnfitException("tool_choice", "Google's format has functions only.");
            }
            names.add(tool.path("function")
                    .path("name")
                    .asString(tool.path("name").asString("")));
        }
        return names;
    }
}
