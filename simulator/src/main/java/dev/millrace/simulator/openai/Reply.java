package dev.millrace.simulator.openai;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.speech.SchemaSample;
import dev.millrace.simulator.speech.Speech;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What the model says: the same for the same request, in pieces of one token each.
///
/// @param pieces       the text in the order it is spoken, or the arguments of the tool call
/// @param tool         the name of the tool that is called, if one is
/// @param finishReason as the wire has it
record Reply(List<String> pieces, Optional<String> tool, String finishReason) {

    static Reply to(ChatRequest request, Behaviour behaviour) throws ApiException {
        if (behaviour.is(Key.EMPTY)) {
            return new Reply(
                    List.of(), Optional.empty(), behaviour.text(Key.FINISH).orElse("stop"));
        }
        String formatted = null;
        if (request.rich()) {
            JsonNode tree = request.tree();
            Optional<JsonNode> tool =
                    request.endsWithToolResult() ? Optional.empty() : Tools.called(tree, behaviour.is(Key.TOOL));
            if (tool.isPresent()) {
                String arguments =
                        SchemaSample.of(tool.get().path("parameters")).toString();
                return new Reply(
                        Speech.of(arguments).pieces(),
                        Optional.of(tool.get().path("name").asString("")),
                        "tool_calls");
            }
            formatted = formatted(tree.path("response_format"), request.prompt());
        }
        Speech speech = Speech.answer(request.prompt(), formatted, behaviour, request.maxTokens());
        return new Reply(
                speech.pieces(), Optional.empty(), behaviour.text(Key.FINISH).orElse(speech.cut() ? "length" : "stop"));
    }

    String text() {
        return String.join("", pieces);
    }

    private static @Nullable String formatted(JsonNode format, String prompt) {
        return switch (format.path("type").asString("")) {
            case "json_object" -> Speech.echoObject(prompt);
            case "json_schema" ->
                SchemaSample.of(format.path("json_schema").path("schema")).toString();
            default -> null;
        };
    }
}
