package dev.millrace.provider.anthropic;

import dev.millrace.http.ServerSentEvents;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ChatStream.Part;
import dev.millrace.provider.ChunkWriter;
import dev.millrace.provider.StreamTranslator;
import dev.millrace.provider.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The events of a streamed message as chunks. Blocks come one after the other, so one is open at a time.
final class MessageEvents implements StreamTranslator {

    private final JsonMapper json;
    private final ChatCall call;
    private final MessageErrors errors;
    private final int httpStatus;
    private final Optional<String> requestId;
    private final ChunkWriter chunks;
    private final PendingThoughts thoughts = new PendingThoughts();
    private final MessageUsage usage = new MessageUsage();
    private @Nullable OpenBlock block;
    private @Nullable String stopReason;
    private int calls;
    private long characters;
    private boolean text;

    MessageEvents(JsonMapper json, ChatCall call, MessageErrors errors, int httpStatus, Optional<String> requestId) {
        this.json = json;
        this.call = call;
        this.errors = errors;
        this.httpStatus = httpStatus;
        this.requestId = requestId;
        this.chunks = new ChunkWriter(call.model(), call.showUsage());
    }

    @Override
    public List<Part> translate(ServerSentEvents.Event event) {
        var data = json.readTree(event.data());
        if (data.path("error").isObject()) {
            return List.of(new Part.Broken(errors.ofEvent(data.path("error"), httpStatus, requestId)));
        }
        return switch (data.path("type").asString(event.name())) {
            case "message_start" -> {
                usage.told(data.path("message").path("usage"), false);
                yield List.of();
            }
            case "content_block_start" -> begin(data.path("content_block"));
            case "content_block_delta" -> delta(data.path("delta"));
            case "content_block_stop" -> end();
            case "message_delta" -> {
                usage.told(data.path("usage"), true);
                yield stop(data.path("delta"));
            }
            case "message_stop" -> List.of(whole());
            // `ping`, and what a later version may add.
            default -> data.isObject() ? List.of() : List.of(malformed("The provider sent an event that is no object"));
        };
    }

    private List<Part> begin(JsonNode content) {
        switch (content.path("type").asString("")) {
            case "text" -> {
                return text(content.path("text").asString(""));
            }
            case "thinking" ->
                block = new OpenBlock.Thinking(
                        new StringBuilder(content.path("thinking").asString("")),
                        new StringBuilder(content.path("signature").asString("")));
            case "redacted_thinking" -> thoughts.redacted(content.path("data").asString(""));
            case "tool_use" -> {
                var id = SignedThoughts.pack(json, content.path("id").asString(""), thoughts.take());
                var begun = new OpenBlock.ToolUse(calls++, content.path("input"));
                block = begun;
                return token(
                        chunks.toolStart(begun.index(), id, content.path("name").asString("")), 0);
            }
            default -> {
                // Of tools that the provider runs itself, which nobody can ask for here.
            }
        }
        return List.of();
    }

    private List<Part> delta(JsonNode delta) {
        return switch (delta.path("type").asString("")) {
            case "text_delta" -> text(delta.path("text").asString(""));
            case "thinking_delta" -> thought(delta.path("thinking").asString(""));
            case "signature_delta" -> {
                if (block instanceof OpenBlock.Thinking thinking) {
                    thinking.signature().append(delta.path("signature").asString(""));
                }
                yield List.of();
            }
            case "input_json_delta" -> arguments(delta.path("partial_json").asString(""));
            // `citations_delta`, for which there is no place.
            default -> List.of();
        };
    }

    private List<Part> text(String said) {
        if (said.isEmpty()) {
            return List.of();
        }
        text = true;
        thoughts.text(said.length());
        return token(chunks.content(said), said.length());
    }

    private List<Part> thought(String thought) {
        if (thought.isEmpty()) {
            return List.of();
        }
        if (block instanceof OpenBlock.Thinking thinking) {
            thinking.thought().append(thought);
        }
        return token(chunks.reasoning(thought), thought.length());
    }

    private List<Part> arguments(String fragment) {
        if (fragment.isEmpty() || !(block instanceof OpenBlock.ToolUse use)) {
            return List.of();
        }
        block = use.continued();
        return token(chunks.toolArguments(use.index(), fragment), fragment.length());
    }

    private List<Part> end() {
        var ended = block;
        block = null;
        return switch (ended) {
            case OpenBlock.Thinking(var thought, var signature) -> {
                thoughts.thinking(thought.toString(), signature.toString());
                yield List.of();
            }
            case OpenBlock.ToolUse(int index, var input, boolean begun)
            when !begun -> {
                var arguments = input.isObject() ? json.writeValueAsString(input) : "{}";
                yield token(chunks.toolArguments(index, arguments), arguments.length());
            }
            case OpenBlock.ToolUse use -> List.of();
            case null -> List.of();
        };
    }

    private List<Part> stop(JsonNode delta) {
        var reason = delta.path("stop_reason");
        if (!reason.isString() || stopReason != null) {
            return List.of();
        }
        stopReason = reason.stringValue();
        var parts = new ArrayList<Part>();
        var explanation = delta.path("stop_details").path("explanation");
        if (explanation.isString() && !explanation.stringValue().isEmpty() && !text) {
            parts.add(new Part.Chunk(chunks.refusal(explanation.stringValue()), true));
        }
        parts.add(new Part.Chunk(chunks.finish(StopReason.finish(stopReason)), false));
        return parts;
    }

    private Part whole() {
        if (stopReason == null) {
            return malformed("The provider's stream ended without a stop reason");
        }
        var used = usageSoFar();
        return new Part.End(used, chunks.usage(used));
    }

    @Override
    public Part atEnd() {
        return malformed("The provider's stream ended without its end marker");
    }

    private Part malformed(String message) {
        return new Part.Broken(errors.malformed(message, httpStatus, requestId));
    }

    private List<Part> token(byte[] chunk, int length) {
        characters += length;
        return List.of(new Part.Chunk(chunk, true));
    }

    @Override
    public Usage usageSoFar() {
        return usage.usage(json, call, characters);
    }

    @Override
    public boolean explainsEmptiness() {
        return stopReason != null && StopReason.explainsSilence(stopReason);
    }
}
