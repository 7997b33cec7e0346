package dev.millrace.provider.anthropic;

import tools.jackson.databind.JsonNode;

/// A block of a streamed message that has begun and not ended.
sealed interface OpenBlock {

    /// A thought, and what it is signed with, as far as they have come.
    record Thinking(StringBuilder thought, StringBuilder signature) implements OpenBlock {}

    /// A call.
    ///
    /// @param index counts the calls of the message from 0
    /// @param input as the block began, which is all of it where no fragment follows
    /// @param begun whether a fragment has come
    record ToolUse(int index, JsonNode input, boolean begun) implements OpenBlock {

        ToolUse(int index, JsonNode input) {
            this(index, input, false);
        }

        ToolUse continued() {
            return new ToolUse(index, input, true);
        }
    }
}
