package dev.millrace.simulator.anthropic;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.speech.SchemaSample;
import dev.millrace.simulator.speech.Seal;
import dev.millrace.simulator.speech.Speech;
import dev.millrace.simulator.speech.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What the model says in blocks, and why it stops.
///
/// @param stopSequence the one it ran into, if it did
record MessageReply(List<Block> blocks, String stopReason, Optional<String> stopSequence, Tokens tokens) {

    private static final long THOUGHTS = 6;

    /// One block of the content, in the pieces it is streamed in.
    sealed interface Block {
        List<String> pieces();

        default String text() {
            return String.join("", pieces());
        }
    }

    record Thinking(List<String> pieces, String signature) implements Block {}

    record Text(List<String> pieces) implements Block {}

    /// @param pieces fragments of the input's JSON
    record ToolUse(String id, String name, List<String> pieces) implements Block {}

    static MessageReply to(MessagesRequest request, long number, Behaviour behaviour) {
        List<Block> blocks = new ArrayList<>();
        long thoughts = behaviour.number(Key.THOUGHTS).orElse(request.thinking() ? THOUGHTS : 0);
        long left = request.maxTokens();
        if (request.thinking() && thoughts > 0 && !behaviour.is(Key.EMPTY)) {
            thoughts = Math.min(thoughts, left);
            left -= thoughts;
            blocks.add(thinking(thoughts, request.thoughtsHidden()));
        }
        String stop = "end_turn";
        @Nullable String stopSequence = null;
        boolean calls = calls(request, behaviour);
        if (!calls || behaviour.has(Key.TEXT)) {
            Speech speech = Speech.answer(
                    request.conversation().prompt(),
                    request.schema()
                            .map(schema -> SchemaSample.of(schema).toString())
                            .orElse(null),
                    behaviour,
                    left);
            stop = speech.cut() ? "max_tokens" : stop;
            stopSequence = request.stopIn(speech.text());
            if (stopSequence != null) {
                stop = "stop_sequence";
                speech = Speech.of(speech.text().substring(0, speech.text().indexOf(stopSequence)));
            }
            if (!speech.pieces().isEmpty()) {
                blocks.add(new Text(speech.pieces()));
            }
        }
        if (calls) {
            blocks.addAll(toolUses(request, number, behaviour));
            stop = "tool_use";
        }
        long spoken = blocks.stream()
                .filter(block -> !(block instanceof Thinking))
                .mapToLong(block -> block.pieces().size())
                .sum();
        return new MessageReply(
                List.copyOf(blocks),
                behaviour.text(Key.FINISH).orElse(stop),
                Optional.ofNullable(stopSequence),
                Tokens.of(behaviour, request.promptTokens(), spoken, thoughts));
    }

    /// All pieces of all blocks: the tokens of a stream.
    int pieces() {
        return blocks.stream().mapToInt(block -> block.pieces().size()).sum();
    }

    private static Thinking thinking(long tokens, boolean hidden) {
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < (hidden ? 0 : tokens); i++) {
            pieces.add(i == 0 ? "Thinking" : " thought" + (i + 1));
        }
        return new Thinking(pieces, Seal.of(String.join("", pieces)));
    }

    private static boolean calls(MessagesRequest request, Behaviour behaviour) {
        ToolChoice choice = request.tool();
        return !behaviour.is(Key.EMPTY)
                && !choice.tools().isEmpty()
                && !request.conversation().endsWithToolResult()
                && (choice.required() || behaviour.is(Key.TOOL) || behaviour.has(Key.CALLS));
    }

    private static List<ToolUse> toolUses(MessagesRequest request, long number, Behaviour behaviour) {
        List<JsonNode> tools = request.tool().tools();
        long count = request.tool().parallel() ? behaviour.number(Key.CALLS).orElse(1) : 1;
        List<ToolUse> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            JsonNode tool = tools.get(i % tools.size());
            String input = SchemaSample.of(tool.path("input_schema")).toString();
            calls.add(new ToolUse(
                    "toolu_" + Long.toString(number, 36) + "_" + i,
                    tool.path("name").asString(""),
                    // A tool without arguments may send no fragment at all.
                    input.equals("{}") ? List.of() : Speech.fragments(input).pieces()));
        }
        return calls;
    }
}
