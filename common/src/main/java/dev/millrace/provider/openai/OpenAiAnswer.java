package dev.millrace.provider.openai;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What makes an answer in one piece whole: a choice, a finish reason for each, and something said.
final class OpenAiAnswer {

    private static final Set<String> REASONS =
            Set.of("stop", "length", "tool_calls", "content_filter", "function_call");

    static final String TOO_FEW = "The provider's answer has fewer choices than were asked for";

    private OpenAiAnswer() {}

    /// Whether it is no wonder that nothing was said.
    static boolean explainsEmptiness(String finishReason) {
        return finishReason.equals("length") || finishReason.equals("content_filter");
    }

    /// Puts right what some servers that are compatible do otherwise: members left out that clients read, content in
    /// parts, calls without an id or with arguments that are no text, and finish reasons of their own.
    static void putRight(JsonNode choices) {
        int position = 0;
        for (var choice : choices) {
            if (choice instanceof ObjectNode object) {
                object.put("index", position++);
                fill(object, "logprobs");
                if (object.path("message") instanceof ObjectNode message) {
                    joinParts(message, "content");
                    message.put("role", "assistant");
                    fill(message, "content");
                    fill(message, "refusal");
                    if (message.path("tool_calls") instanceof ArrayNode calls) {
                        ToolFragments.putWholeRight(calls);
                    }
                }
                if (object.path("finish_reason").isString()) {
                    object.put(
                            "finish_reason",
                            finishReason(object.path("finish_reason").asString()));
                }
            }
        }
    }

    private static void fill(ObjectNode object, String name) {
        if (!object.has(name)) {
            object.putNull(name);
        }
    }

    /// What each answer has: a name, and when it was made.
    static void name(ObjectNode answer) {
        if (answer.path("id").asString("").isEmpty()) {
            answer.put("id", newId());
        }
        answer.put("object", "chat.completion");
        if (answer.path("created").asLong(0) <= 0) {
            answer.put("created", Instant.now().getEpochSecond());
        }
    }

    static String newId() {
        return "chatcmpl-" + UUID.randomUUID().toString().replace("-", "");
    }

    /// Texts in parts become one text.
    static void joinParts(ObjectNode message, String field) {
        if (message.path(field) instanceof ArrayNode parts) {
            var text = new StringBuilder();
            for (var part : parts) {
                text.append(part.path("text").asString(""));
            }
            message.put(field, text.toString());
        }
    }

    /// The wire format's own, or `stop` for any other.
    static String finishReason(String told) {
        return REASONS.contains(told) ? told : "stop";
    }

    /// @param fewest as many as there must be
    static Optional<String> fault(JsonNode choices, int fewest) {
        if (!choices.isArray() || choices.isEmpty()) {
            return Optional.of("The provider's answer has no choices");
        }
        if (choices.size() < fewest) {
            return Optional.of(TOO_FEW);
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
                || !message.path("reasoning_content").asString("").isEmpty()
                || !message.path("reasoning").asString("").isEmpty()
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
