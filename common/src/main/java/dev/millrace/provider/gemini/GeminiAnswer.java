package dev.millrace.provider.gemini;

import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.Usage;
import dev.millrace.provider.WireJson;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A whole answer of Google's in the OpenAI wire format.
final class GeminiAnswer {

    private final JsonMapper json;
    private final String model;

    /// @param model the bare name
    GeminiAnswer(JsonMapper json, String model) {
        this.json = json;
        this.model = model;
    }

    static String id(JsonNode response) {
        var id = response.path("responseId").asString("");
        return "chatcmpl-" + (id.isEmpty() ? UUID.randomUUID().toString().replace("-", "") : id);
    }

    static boolean isBlocked(JsonNode response) {
        return response.path("candidates").isEmpty()
                && response.path("promptFeedback").hasNonNull("blockReason");
    }

    /// The choices of a response.
    ///
    /// @throws SpoiltException if it is not whole, or nothing that a caller could use
    ArrayNode choices(JsonNode response) throws SpoiltException {
        var choices = JsonNodeFactory.instance.arrayNode();
        if (isBlocked(response)) {
            // The prompt is refused: an answer, though nobody gave it.
            choices.add(choice(0, message(JsonNodeFactory.instance.arrayNode()), GeminiFinish.FILTER));
            return choices;
        }
        if (response.path("candidates").isEmpty()) {
            throw new SpoiltException("The provider's answer has no candidates", Scope.PROVIDER);
        }
        for (var candidate : response.path("candidates")) {
            choices.add(choice(candidate));
        }
        return choices;
    }

    private ObjectNode choice(JsonNode candidate) throws SpoiltException {
        var reason = candidate.path("finishReason").asString("");
        if (reason.isEmpty()) {
            throw new SpoiltException("A candidate of the provider's answer has no finish reason", Scope.PROVIDER);
        }
        var message = message(candidate.path("content").path("parts"));
        var finish = GeminiFinish.of(
                reason, message.has("tool_calls"), !message.path("content").isNull());
        var choice = choice(candidate.path("index").asInt(0), message, finish);
        if (candidate.path("logprobsResult").isObject()) {
            choice.set("logprobs", GeminiLogprobs.of(candidate.path("logprobsResult")));
        }
        return choice;
    }

    private static ObjectNode choice(int index, ObjectNode message, String finish) {
        var choice = JsonNodeFactory.instance.objectNode().put("index", index);
        choice.set("message", message);
        choice.putNull("logprobs");
        return choice.put("finish_reason", finish);
    }

    private ObjectNode message(JsonNode parts) {
        var text = new StringBuilder();
        var thought = new StringBuilder();
        var calls = JsonNodeFactory.instance.arrayNode();
        for (var part : parts) {
            if (part.path("functionCall").isObject()) {
                calls.add(call(part, calls.isEmpty()));
            } else {
                (part.path("thought").asBoolean(false) ? thought : text)
                        .append(part.path("text").asString(""));
            }
        }
        var message = JsonNodeFactory.instance.objectNode().put("role", "assistant");
        if (text.isEmpty()) {
            message.putNull("content");
        } else {
            message.put("content", text.toString());
        }
        message.putNull("refusal");
        if (!thought.isEmpty()) {
            message.put("reasoning_content", thought.toString());
        }
        if (!calls.isEmpty()) {
            message.set("tool_calls", calls);
        }
        return message;
    }

    private ObjectNode call(JsonNode part, boolean first) {
        var call = part.path("functionCall");
        var written = JsonNodeFactory.instance.objectNode();
        written.put("id", ThoughtSignatures.pack(model, part, first)).put("type", "function");
        written.putObject("function")
                .put("name", call.path("name").asString(""))
                .put("arguments", arguments(json, call));
        return written;
    }

    /// A call without arguments has none at Google, and an empty object at OpenAI.
    static String arguments(JsonMapper json, JsonNode call) {
        return call.path("args").isObject() ? json.writeValueAsString(call.path("args")) : "{}";
    }

    /// The length of what was said, called and thought.
    static long characters(ArrayNode choices) {
        long characters = 0;
        for (var choice : choices) {
            var message = choice.path("message");
            characters += message.path("content").asString("").length()
                    + message.path("reasoning_content").asString("").length();
            for (var call : message.path("tool_calls")) {
                characters +=
                        call.path("function").path("arguments").asString("").length();
            }
        }
        return characters;
    }

    /// The body of a chat completion.
    byte[] completion(JsonNode response, ArrayNode choices, Usage usage, String publicModel, long created) {
        var completion = JsonNodeFactory.instance
                .objectNode()
                .put("id", id(response))
                .put("object", "chat.completion")
                .put("created", created)
                .put("model", publicModel);
        completion.set("choices", choices);
        completion.set("usage", json.readTree(usage.json()));
        return WireJson.bytes(json, completion);
    }
}
