package dev.millrace.provider.gemini;

import dev.millrace.provider.ChatStream.Part;
import dev.millrace.provider.ChunkWriter;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One candidate of a stream, as the choice that it becomes.
final class GeminiChoice {

    private final JsonMapper json;
    private final String model;
    private final ChunkWriter writer;
    private int calls;
    private boolean said;
    private long characters;
    private String finish = "";

    /// @param model the bare name
    GeminiChoice(JsonMapper json, String model, ChunkWriter writer) {
        this.json = json;
        this.model = model;
        this.writer = writer;
    }

    Part begin() {
        return new Part.Chunk(writer.role(), false);
    }

    /// Adds the chunks of what is new. What comes after the finish reason is nothing that a caller could take.
    ///
    /// @return why the candidate is of no use, if it is not
    Optional<SpoiltException> take(JsonNode candidate, List<Part> parts) {
        if (hasEnded()) {
            return Optional.empty();
        }
        for (var part : candidate.path("content").path("parts")) {
            if (part.path("functionCall").isObject()) {
                call(part, parts);
            } else {
                text(part, candidate, parts);
            }
        }
        var reason = candidate.path("finishReason").asString("");
        if (reason.isEmpty()) {
            return Optional.empty();
        }
        try {
            finish = GeminiFinish.of(reason, calls > 0, said);
            parts.add(new Part.Chunk(writer.finish(finish), false));
            return Optional.empty();
        } catch (SpoiltException spoilt) {
            return Optional.of(spoilt);
        }
    }

    /// Ends it at the filter, if it has not ended.
    void block(List<Part> parts) {
        if (!hasEnded()) {
            finish = GeminiFinish.FILTER;
            parts.add(new Part.Chunk(writer.finish(finish), false));
        }
    }

    private void text(JsonNode part, JsonNode candidate, List<Part> parts) {
        var text = part.path("text").asString("");
        if (text.isEmpty()) {
            return;
        }
        characters += text.length();
        if (part.path("thought").asBoolean(false)) {
            parts.add(new Part.Chunk(writer.reasoning(text), true));
            return;
        }
        said = true;
        var logprobs = candidate.path("logprobsResult");
        parts.add(new Part.Chunk(
                logprobs.isObject()
                        ? writer.content(text, GeminiLogprobs.of(logprobs).toString())
                        : writer.content(text),
                true));
    }

    /// A call comes whole.
    private void call(JsonNode part, List<Part> parts) {
        var call = part.path("functionCall");
        var arguments = GeminiAnswer.arguments(json, call);
        var name = call.path("name").asString("");
        var id = ThoughtSignatures.pack(model, part, calls == 0);
        parts.add(new Part.Chunk(writer.toolStart(calls, id, name), true));
        parts.add(new Part.Chunk(writer.toolArguments(calls, arguments), true));
        calls++;
        characters += name.length() + arguments.length();
    }

    boolean hasEnded() {
        return !finish.isEmpty();
    }

    long characters() {
        return characters;
    }

    boolean explainsEmptiness() {
        return finish.equals("length") || finish.equals(GeminiFinish.FILTER);
    }
}
