package dev.millrace.provider.openai;

import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One choice of a streamed answer, and what was said of it so far.
final class ChoiceStream {

    private static final List<String> TEXTS = List.of("content", "refusal", "reasoning_content", "reasoning");

    private final ToolFragments calls = new ToolFragments();
    private boolean begun;
    private String finishReason = "";

    boolean finished() {
        return !finishReason.isEmpty();
    }

    /// Empty while it goes on.
    String finishReason() {
        return finishReason;
    }

    void finish(String reason) {
        finishReason = reason;
    }

    /// Whether a plain chunk may follow as it is.
    boolean goesOn(PlainChunk chunk) {
        return begun && !finished() && (chunk.call() < 0 || calls.goesOn(chunk.call()));
    }

    /// @param token whether it holds a token
    /// @param empty whether nothing is left to say of it
    record Said(int characters, boolean token, boolean empty) {}

    /// Puts a delta right: the role in the first and in no other.
    Said putRight(ObjectNode delta) {
        boolean first = !begun;
        begun = true;
        delta.remove("role");
        OpenAiAnswer.joinParts(delta, "content");
        int characters = 0;
        boolean token = delta.path("audio").isObject();
        for (var name : TEXTS) {
            characters += delta.path(name).asString("").length();
        }
        if (delta.path("function_call").isObject()) {
            characters +=
                    delta.path("function_call").path("arguments").asString("").length();
            token = true;
        }
        if (delta.path("tool_calls") instanceof ArrayNode fragments && !fragments.isEmpty()) {
            characters += calls.putRight(fragments);
            token = true;
        } else {
            delta.remove("tool_calls");
        }
        token |= characters > 0;
        if (first) {
            delta.put("role", "assistant");
        }
        return new Said(characters, token, !first && !token && saysNothing(delta));
    }

    private static boolean saysNothing(ObjectNode delta) {
        for (var value : delta) {
            if (!value.isNull() && !(value.isString() && value.stringValue().isEmpty())) {
                return false;
            }
        }
        return true;
    }
}
