package dev.millrace.provider.openai;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// What makes an answer in one piece whole: a choice, a finish reason for each, and something said.
final class OpenAiAnswer {

    private OpenAiAnswer() {}

    /// Whether it is no wonder that nothing was said.
    static boolean explainsEmptiness(String finishReason) {
        return finishReason.equals("length") || finishReason.equals("content_filter");
    }

    static Optional<String> fault(JsonNode choices) {
        if (!choices.isArray() || choices.isEmpty()) {
            return Optional.of("The provider's answer has no choices");
        }
        for (var choice : choices) {
            if (!choice.path("finish_reason").isString()) {
                return Optional.of("A choice of the provider's answer has no finish reason");
            }
            if (!saysSomething(choice.path("message"))
                    && !explainsEmptiness(choice.path("finish_reason").asString())) {
                return Optional.of("The provider's answer is empty");
            }
        }
        return Optional.empty();
    }

    private static boolean saysSomething(JsonNode message) {
        return !message.path("content").asString("").isEmpty()
                || !message.path("refusal").asString("").isEmpty()
                || !message.path("tool_calls").isEmpty()
                || message.path("function_call").isObject()
                || message.path("audio").isObject();
    }

    /// For a guess of what was used.
    static long characters(JsonNode choices) {
        long characters = 0;
        for (var choice : choices) {
            var message = choice.path("message");
            characters += message.path("content").asString("").length()
                    + message.path("refusal").asString("").length()
                    + message.path("reasoning_content").asString("").length();
            for (var call : message.path("tool_calls")) {
                characters +=
                        call.path("function").path("arguments").asString("").length();
            }
        }
        return characters;
    }
}
