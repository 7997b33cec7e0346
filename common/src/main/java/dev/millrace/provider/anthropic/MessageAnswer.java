package dev.millrace.provider.anthropic;

import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A whole message as a chat completion.
final class MessageAnswer {

    private final JsonMapper json;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final ArrayNode calls;
    private final PendingThoughts thoughts = new PendingThoughts();

    private MessageAnswer(JsonMapper json) {
        this.json = json;
        this.calls = json.createArrayNode();
    }

    /// What keeps a body from being an answer.
    static Optional<String> fault(JsonNode message) {
        if (message.path("type").asString("").equals("error") || message.hasNonNull("error")) {
            return Optional.of("The provider answered 200 with an error");
        }
        if (!message.path("content").isArray()) {
            return Optional.of("The provider's answer has no content");
        }
        if (!message.path("stop_reason").isString()) {
            return Optional.of("The provider's answer has no stop reason");
        }
        for (var block : message.path("content")) {
            if (block.path("type").asString("").equals("tool_use")
                    || !block.path("text").asString("").isEmpty()) {
                return Optional.empty();
            }
        }
        return StopReason.explainsSilence(message.path("stop_reason").asString())
                ? Optional.empty()
                : Optional.of("The provider's answer is empty");
    }

    /// @param model the caller's name for it
    /// @param created Unix seconds; a message does not tell
    static ObjectNode of(JsonMapper json, JsonNode message, String model, long created) {
        var answer = new MessageAnswer(json);
        message.path("content").forEach(answer::add);
        return answer.completion(message, model, created);
    }

    private void add(JsonNode block) {
        switch (block.path("type").asString("")) {
            case "text" -> {
                var said = block.path("text").asString("");
                text.append(said);
                thoughts.text(said.length());
            }
            case "thinking" -> {
                reasoning.append(block.path("thinking").asString(""));
                thoughts.thought((ObjectNode) block);
            }
            case "redacted_thinking" -> thoughts.thought((ObjectNode) block);
            case "tool_use" ->
                calls.addObject()
                        .put("id", SignedThoughts.pack(json, block.path("id").asString(""), thoughts.take()))
                        .put("type", "function")
                        .putObject("function")
                        .put("name", block.path("name").asString(""))
                        .put("arguments", json.writeValueAsString(block.path("input")));
            default -> {
                // Of tools that the provider runs itself, which nobody can ask for here.
            }
        }
    }

    private ObjectNode completion(JsonNode message, String model, long created) {
        var completion = json.createObjectNode()
                .put("id", message.path("id").asString("chatcmpl-" + created))
                .put("object", "chat.completion")
                .put("created", created)
                .put("model", model);
        var choice = completion.putArray("choices").addObject().put("index", 0);
        var said = choice.putObject("message").put("role", "assistant");
        said.put("content", text.isEmpty() ? null : text.toString());
        var explanation = message.path("stop_details").path("explanation");
        said.put("refusal", explanation.isString() && text.isEmpty() ? explanation.stringValue() : null);
        if (!reasoning.isEmpty()) {
            said.put("reasoning_content", reasoning.toString());
        }
        if (!calls.isEmpty()) {
            said.set("tool_calls", calls);
        }
        choice.putNull("logprobs");
        choice.put("finish_reason", StopReason.finish(message.path("stop_reason").asString()));
        return completion;
    }
}
