package dev.millrace.provider.anthropic;

import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Usage;
import java.time.Instant;
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
    private long characters;
    private final PendingThoughts thoughts = new PendingThoughts();

    private MessageAnswer(JsonMapper json) {
        this.json = json;
        this.calls = json.createArrayNode();
    }

    /// What keeps a message from being an answer.
    static Optional<String> fault(JsonNode message) {
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

    /// A completion with its usage, told or guessed.
    record Completion(ObjectNode body, Usage usage) {}

    static Completion of(JsonMapper json, JsonNode message, ChatCall call) {
        var answer = new MessageAnswer(json);
        message.path("content").forEach(answer::add);
        var told = new MessageUsage();
        told.told(message.path("usage"), true);
        var usage = told.usage(json, call, answer.characters + answer.text.length() + answer.reasoning.length());
        var body = answer.completion(message, call.model());
        body.set("usage", json.readTree(usage.json()));
        return new Completion(body, usage);
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
                thoughts.thinking(
                        block.path("thinking").asString(""),
                        block.path("signature").asString(""));
            }
            case "redacted_thinking" -> thoughts.redacted(block.path("data").asString(""));
            case "tool_use" -> {
                var arguments = json.writeValueAsString(block.path("input"));
                characters += arguments.length();
                calls.addObject()
                        .put("id", SignedThoughts.pack(json, block.path("id").asString(""), thoughts.take()))
                        .put("type", "function")
                        .putObject("function")
                        .put("name", block.path("name").asString(""))
                        .put("arguments", arguments);
            }
            default -> {
                // Of tools that the provider runs itself, which nobody can ask for here.
            }
        }
    }

    /// A message does not tell when it was made.
    private ObjectNode completion(JsonNode message, String model) {
        long created = Instant.now().getEpochSecond();
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
        choice.put(
                "finish_reason", StopReason.finish(message.path("stop_reason").asString()));
        switch (message.path("usage").path("service_tier").asString("")) {
            case "standard" -> completion.put("service_tier", "default");
            case "priority" -> completion.put("service_tier", "priority");
            default -> {
                // Not told, or one that the OpenAI wire format does not have.
            }
        }
        return completion;
    }
}
