package dev.millrace.provider.anthropic;

import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The messages of a request as turns. Neighbours of one role become one message: so the results of tools that were
/// called together stand in one user message, before what the user says next, as Messages insists.
final class Conversation {

    private final JsonMapper json;
    private final SystemPrompt system = new SystemPrompt();
    private final ArrayNode messages;

    private Conversation(JsonMapper json) {
        this.json = json;
        this.messages = json.createArrayNode();
    }

    static Conversation of(JsonMapper json, JsonNode messages) throws UnfitException {
        var conversation = new Conversation(json);
        if (!messages.isArray()) {
            throw new UnfitException("messages", "`messages` must be a list of messages");
        }
        for (int i = 0; i < messages.size(); i++) {
            conversation.add(messages.path(i), "messages[" + i + "]");
        }
        if (conversation.messages.isEmpty()) {
            throw new UnfitException("messages", "Messages needs a message of the user");
        }
        return conversation;
    }

    SystemPrompt system() {
        return system;
    }

    ArrayNode messages() {
        return messages;
    }

    private void add(JsonNode message, String at) throws UnfitException {
        var content = message.path("content");
        switch (message.path("role").asString("")) {
            case "system", "developer" -> Parts.texts(content, at + ".content").forEach(system::add);
            case "user" -> user(content, at);
            case "assistant" -> assistant(message, at);
            case "tool" -> result(message, at);
            case "function" -> throw new UnfitException(at + ".role", "Function messages are not taken: use tools");
            default -> throw new UnfitException(at + ".role", "`" + at + "` has no role that is known");
        }
    }

    private void user(JsonNode content, String at) throws UnfitException {
        var blocks = Parts.of(content, at + ".content");
        if (blocks.isEmpty()) {
            throw new UnfitException(at + ".content", "Messages takes no empty message of the user");
        }
        say("user", blocks);
    }

    private void result(JsonNode message, String at) throws UnfitException {
        var id = Parts.string(message.path("tool_call_id"), at + ".tool_call_id");
        var block = json.createObjectNode().put("type", "tool_result").put("tool_use_id", ToolUseId.of(id));
        var content = Parts.of(message.path("content"), at + ".content");
        if (!content.isEmpty()) {
            block.putArray("content").addAll(content);
        }
        say("user", List.of(block));
    }

    private void assistant(JsonNode message, String at) throws UnfitException {
        for (var field : List.of("function_call", "audio")) {
            if (message.hasNonNull(field)) {
                throw new UnfitException(at + "." + field, "Messages has nothing for `" + field + "`");
            }
        }
        if (messages.isEmpty()) {
            throw new UnfitException(at, "Messages needs a message of the user first");
        }
        var text = new StringBuilder();
        JsonNode cached = json.missingNode();
        for (var block : Parts.texts(message.path("content"), at + ".content")) {
            text.append(block.path("text").asString(""));
            cached = block.has("cache_control") ? block.get("cache_control") : cached;
        }
        text.append(message.path("refusal").asString(""));
        var turn = new AssistantTurn(json, text.toString(), cached);
        var calls = message.path("tool_calls");
        for (int i = 0; i < calls.size(); i++) {
            call(turn, calls.path(i), at + ".tool_calls[" + i + "]");
        }
        var blocks = turn.blocks();
        // An answer that was empty leaves nothing to repeat.
        if (!blocks.isEmpty()) {
            say("assistant", blocks);
        }
    }

    private void call(AssistantTurn turn, JsonNode call, String at) throws UnfitException {
        if (!call.path("type").asString("function").equals("function")) {
            throw new UnfitException(at + ".type", "Messages has function tools only");
        }
        var function = call.path("function");
        turn.call(
                Parts.string(call.path("id"), at + ".id"),
                Parts.string(function.path("name"), at + ".function.name"),
                arguments(function.path("arguments"), at + ".function.arguments"));
    }

    private ObjectNode arguments(JsonNode arguments, String at) throws UnfitException {
        var text = arguments.isMissingNode() ? "" : Parts.string(arguments, at);
        if (text.isBlank()) {
            return json.createObjectNode();
        }
        try {
            if (json.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException noJson) {
            // Said below, as for JSON of another kind.
        }
        throw new UnfitException(at, "Messages takes arguments that are a JSON object only");
    }

    private void say(String role, List<ObjectNode> blocks) {
        if (!messages.isEmpty()
                && messages.path(messages.size() - 1).path("role").asString("").equals(role)) {
            ((ArrayNode) messages.path(messages.size() - 1).path("content")).addAll(blocks);
            return;
        }
        messages.addObject().put("role", role).putArray("content").addAll(blocks);
    }
}
