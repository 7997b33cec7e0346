package dev.millrace.simulator.openai;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Decides whether a chat request forces a tool call, and which.
final class Tools {

    private Tools() {}

    /// The function that has to be called: the one named by `tool_choice`, or the first if any call is required.
    ///
    /// @param willing whether a tool is called also where the choice is the model's
    static Optional<JsonNode> called(JsonNode request, boolean willing) {
        JsonNode tools = request.path("tools");
        JsonNode choice = request.path("tool_choice");
        String wanted = "";
        if (choice.isObject()) {
            wanted = choice.path("function").path("name").asString("");
            if (choice.path("type").asString("").equals("allowed_tools")) {
                JsonNode allowed = choice.path("allowed_tools");
                if (!willing && !allowed.path("mode").asString("").equals("required")) {
                    return Optional.empty();
                }
                wanted = allowed.path("tools")
                        .path(0)
                        .path("function")
                        .path("name")
                        .asString("");
            }
        } else {
            String word = choice.asString("auto");
            if (word.equals("none") || (!word.equals("required") && !willing)) {
                return Optional.empty();
            }
        }
        for (JsonNode tool : tools) {
            JsonNode function = tool.path("function");
            if (function.isObject()
                    && (wanted.isEmpty() || function.path("name").asString("").equals(wanted))) {
                return Optional.of(function);
            }
        }
        return Optional.empty();
    }
}
