package dev.millrace.simulator.openai;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.desk.ApiException;
import java.util.ArrayList;
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

    private static final int ECHOED = 200;

    static Reply to(ChatRequest request, Behaviour behaviour) throws ApiException {
        if (behaviour.is(Key.EMPTY)) {
            return new Reply(List.of(), Optional.empty(), "stop");
        }
        String text = null;
        if (request.rich()) {
            JsonNode tree = request.tree();
            Optional<JsonNode> tool =
                    request.endsWithToolResult() ? Optional.empty() : Tools.called(tree, behaviour.is(Key.TOOL));
            if (tool.isPresent()) {
                String arguments =
                        SchemaSample.of(tool.get().path("parameters")).toString();
                return new Reply(
                        pieces(arguments), Optional.of(tool.get().path("name").asString("")), "tool_calls");
            }
            text = formatted(tree.path("response_format"), request.prompt());
        }
        if (text == null) {
            text = behaviour.text(Key.TEXT).orElseGet(() -> "Echo: " + shortened(request.prompt()));
        }
        List<String> pieces = pieces(text);
        if (behaviour.has(Key.TOKENS)) {
            pieces = stretched(pieces, behaviour.number(Key.TOKENS).orElseThrow());
        }
        boolean cut = pieces.size() > request.maxTokens();
        if (cut) {
            pieces = pieces.subList(0, (int) request.maxTokens());
        }
        return new Reply(pieces, Optional.empty(), behaviour.text(Key.FINISH).orElse(cut ? "length" : "stop"));
    }

    String text() {
        return String.join("", pieces);
    }

    private static String shortened(String prompt) {
        return prompt.length() > ECHOED ? prompt.substring(0, ECHOED) : prompt;
    }

    private static @Nullable String formatted(JsonNode format, String prompt) {
        return switch (format.path("type").asString("")) {
            case "json_object" ->
                Json.MAPPER.createObjectNode().put("echo", shortened(prompt)).toString();
            case "json_schema" ->
                SchemaSample.of(format.path("json_schema").path("schema")).toString();
            default -> null;
        };
    }

    /// Words, each with the blank before it.
    private static List<String> pieces(String text) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        for (int i = 1; i < text.length(); i++) {
            if (text.charAt(i) == ' ' && text.charAt(i - 1) != ' ') {
                pieces.add(text.substring(from, i));
                from = i;
            }
        }
        if (from < text.length()) {
            pieces.add(text.substring(from));
        }
        return pieces;
    }

    private static List<String> stretched(List<String> pieces, long tokens) {
        if (tokens <= pieces.size()) {
            return pieces.subList(0, (int) tokens);
        }
        List<String> more = new ArrayList<>(pieces);
        for (long i = pieces.size() + 1L; i <= tokens; i++) {
            more.add(" token" + i);
        }
        return more;
    }
}
