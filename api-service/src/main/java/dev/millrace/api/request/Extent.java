package dev.millrace.api.request;

import java.util.OptionalLong;

/// How much a call may come to, as far as its request tells.
///
/// @param prompt tokens of the prompt, by its length
/// @param answer most tokens of one answer; absent where the request sets no limit
/// @param answers how many are asked for: choices of a chat, or pictures
public record Extent(long prompt, OptionalLong answer, int answers) {

    /// Tokens of all answers, each as long as it may be.
    ///
    /// @param assumed of an answer whose request sets no limit
    public long allAnswers(long assumed) {
        return answer.orElse(assumed) * answers;
    }
}
