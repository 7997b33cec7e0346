package dev.millrace.provider;

import dev.millrace.provider.ChatStream.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// A stream that was listened to until it ended.
public record Heard(List<Part.Chunk> chunks, Part last) {

    public static Heard of(ChatStream stream) {
        try (stream) {
            var chunks = new ArrayList<Part.Chunk>();
            while (true) {
                var part = stream.next();
                if (!(part instanceof Part.Chunk chunk)) {
                    return new Heard(chunks, part);
                }
                chunks.add(chunk);
            }
        }
    }

    public static ChatStream streaming(ChatAdapter.Opening opening) {
        return switch (opening) {
            case ChatAdapter.Opening.Streaming(var stream) -> stream;
            case ChatAdapter.Opening.Failed(var outcome) -> throw new AssertionError(outcome.toString());
        };
    }

    public Part.End end() {
        if (last instanceof Part.End end) {
            return end;
        }
        throw new AssertionError("It ended as " + last);
    }

    public ProviderOutcome broken() {
        if (last instanceof Part.Broken(var outcome)) {
            return outcome;
        }
        throw new AssertionError("It ended as " + last + " after " + json());
    }

    public List<JsonNode> json() {
        return chunks.stream()
                .map(chunk -> Simulated.JSON.readTree(chunk.json()))
                .toList();
    }

    public JsonNode usageChunk() {
        return Simulated.JSON.readTree(end().usageChunk());
    }

    /// What the pieces of a choice's text come to.
    public String text(int choice) {
        return joined(choice, delta -> delta.path("content").asString(""));
    }

    public String arguments(int choice, int call) {
        return joined(choice, delta -> {
            var text = new StringBuilder();
            for (var one : delta.path("tool_calls")) {
                if (one.path("index").asInt(-1) == call) {
                    text.append(one.path("function").path("arguments").asString(""));
                }
            }
            return text.toString();
        });
    }

    private String joined(int choice, Function<JsonNode, String> piece) {
        var text = new StringBuilder();
        for (var delta : deltas(choice)) {
            text.append(piece.apply(delta));
        }
        return text.toString();
    }

    public List<JsonNode> deltas(int choice) {
        return choices(choice).stream().map(one -> one.path("delta")).toList();
    }

    public List<String> finishReasons(int choice) {
        return choices(choice).stream()
                .map(one -> one.path("finish_reason"))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .toList();
    }

    private List<JsonNode> choices(int index) {
        var found = new ArrayList<JsonNode>();
        for (var chunk : json()) {
            for (var choice : chunk.path("choices")) {
                if (choice.path("index").asInt(-1) == index) {
                    found.add(choice);
                }
            }
        }
        return found;
    }

    public Optional<Part.Chunk> firstToken() {
        return chunks.stream().filter(Part.Chunk::token).findFirst();
    }
}
