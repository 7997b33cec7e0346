package dev.millrace.provider.gemini;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The messages of a conversation as Google has them: what the system says apart, and the turns of user and model,
/// neighbours of the same role merged.
///
/// Results of tools stay a turn of their own, so that the words that follow them begin the next one.
final class GeminiContents {

    private final JsonMapper json;
    private final String model;
    private final ArrayNode system = JsonNodeFactory.instance.arrayNode();
    private final ArrayNode contents = JsonNodeFactory.instance.arrayNode();

    /// The calls of the history by the id that the caller has for them.
    private final Map<String, Called> calls = new HashMap<>();

    /// Results that were read and do not stand in the contents yet, in the order of their messages.
    private final List<Result> results = new ArrayList<>();

    private int called;

    /// The number of contents up to and with the last words of the user.
    private int past;

    /// @param order the call's place among all
    /// @param upstreamId as Google gave it; empty where it gave none
    private record Called(int order, String name, String upstreamId) {}

    private record Result(Called called, ObjectNode response) {}

    private GeminiContents(JsonMapper json, String model) {
        this.json = json;
        this.model = model;
    }

    /// Puts `contents` and `systemInstruction` into the request.
    static void put(JsonMapper json, ObjectNode request, JsonNode messages, String model) {
        var contents = new GeminiContents(json, model);
        for (int i = 0; i < messages.size(); i++) {
            contents.add(messages.get(i), "messages[" + i + "]");
        }
        contents.end(request);
    }

    private void add(JsonNode message, String at) {
        var role = message.path("role").asString("");
        if (!role.equals("tool")) {
            flush();
        }
        switch (role) {
            case "system", "developer" ->
                GeminiParts.text(system, GeminiParts.text(message.path("content"), at + ".content"));
            case "user" -> {
                var parts = GeminiParts.of(message.path("content"), at + ".content");
                merge("user", parts);
                past = parts.isEmpty() ? past : contents.size();
            }
            case "assistant" -> assistant(message, at);
            case "tool" -> result(message, at);
            default -> throw new UnfitException(at + ".role", "Google's format has no such role.");
        }
    }

    private void assistant(JsonNode message, String at) {
        for (var field : List.of("function_call", "audio")) {
            if (message.hasNonNull(field)) {
                throw new UnfitException(at + "." + field, "Google's format has nothing for it.");
            }
        }
        var parts = GeminiParts.of(message.path("content"), at + ".content");
        GeminiParts.text(parts, message.path("refusal").asString(""));
        var toolCalls = message.path("tool_calls");
        var origins = new ArrayList<ThoughtSignatures.Origin>();
        for (var call : toolCalls) {
            origins.add(ThoughtSignatures.unpack(model, call.path("id").asString("")));
        }
        boolean googles = origins.stream().anyMatch(ThoughtSignatures.Origin::googles);
        for (int i = 0; i < toolCalls.size(); i++) {
            parts.add(call(toolCalls.get(i), origins.get(i), googles, at + ".tool_calls[" + i + "]"));
        }
        merge("model", parts);
    }

    private ObjectNode call(JsonNode call, ThoughtSignatures.Origin origin, boolean googles, String at) {
        if (!call.path("type").asString("function").equals("function")) {
            throw new UnfitException(at, "Google's format has functions only.");
        }
        var name = call.path("function").path("name").asString("");
        var upstreamId = googles ? origin.id() : "";
        calls.put(call.path("id").asString(""), new Called(called++, name, upstreamId));
        var part = JsonNodeFactory.instance.objectNode();
        var inner = part.putObject("functionCall");
        if (!upstreamId.isEmpty()) {
            inner.put("id", upstreamId);
        }
        inner.put("name", name);
        inner.set("args", args(call.path("function").path("arguments").asString(""), at + ".function.arguments"));
        if (!origin.signature().isEmpty()) {
            part.put("thoughtSignature", origin.signature());
        }
        return part;
    }

    private ObjectNode args(String arguments, String at) {
        var parsed = arguments.isBlank() ? JsonNodeFactory.instance.objectNode() : object(arguments);
        if (parsed == null) {
            throw new UnfitException(at, "Google's format takes arguments that are a JSON object.");
        }
        return parsed;
    }

    private void result(JsonNode message, String at) {
        var call = calls.get(message.path("tool_call_id").asString(""));
        if (call == null) {
            throw new UnfitException(at + ".tool_call_id", "No call of this id stands before its result.");
        }
        var text = GeminiParts.text(message.path("content"), at + ".content");
        var parsed = object(text);
        var response =
                parsed != null ? parsed : JsonNodeFactory.instance.objectNode().put("output", text);
        results.add(new Result(call, response));
    }

    private @Nullable ObjectNode object(String text) {
        if (!text.stripLeading().startsWith("{")) {
            return null;
        }
        try {
            return json.readTree(text) instanceof ObjectNode object ? object : null;
        } catch (JacksonException noJson) {
            return null;
        }
    }

    /// Writes the results that were read, in the order of their calls.
    private void flush() {
        if (results.isEmpty()) {
            return;
        }
        results.sort(Comparator.comparingInt(result -> result.called.order));
        var parts = JsonNodeFactory.instance.arrayNode();
        for (var result : results) {
            var response = parts.addObject().putObject("functionResponse");
            if (!result.called.upstreamId.isEmpty()) {
                response.put("id", result.called.upstreamId);
            }
            response.put("name", result.called.name);
            response.set("response", result.response);
        }
        append("user", parts);
        results.clear();
    }

    private void merge(String role, ArrayNode parts) {
        if (parts.isEmpty()) {
            return;
        }
        if (!contents.isEmpty()
                && contents.get(contents.size() - 1) instanceof ObjectNode last
                && last.path("role").stringValue().equals(role)
                && !last.path("parts").path(0).has("functionResponse")) {
            last.withArray("parts").addAll(parts);
            return;
        }
        append(role, parts);
    }

    private void append(String role, ArrayNode parts) {
        contents.addObject().put("role", role).set("parts", parts);
    }

    private void end(ObjectNode request) {
        flush();
        if (contents.isEmpty() && !system.isEmpty()) {
            // Google wants something to answer.
            append("user", system);
        } else if (!system.isEmpty()) {
            request.putObject("systemInstruction").set("parts", system);
        }
        if (contents.isEmpty()
                || contents.get(contents.size() - 1).path("role").stringValue().equals("model")) {
            throw new UnfitException("messages", "Google's format answers words of a user or results of tools.");
        }
        if (ThoughtSignatures.demandedBy(model)) {
            for (int i = past; i < contents.size(); i++) {
                standIn(contents.get(i).path("parts"));
            }
        }
        request.set("contents", contents);
    }

    /// The first call of a step of the current turn has to be signed, also where another model made it.
    private static void standIn(JsonNode parts) {
        for (var part : parts) {
            if (part instanceof ObjectNode call && call.has("functionCall")) {
                if (!call.has("thoughtSignature")) {
                    call.put("thoughtSignature", ThoughtSignatures.STAND_IN);
                }
                return;
            }
        }
    }
}
