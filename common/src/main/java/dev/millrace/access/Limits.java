package dev.millrace.access;

import java.util.OptionalLong;

/// How much a project may ask for and keep; absent where it may as it likes.
///
/// @param requestsPerMinute interactive calls in a calendar minute
/// @param tokensPerMinute of them
/// @param jobsPerMinute submissions of jobs in a calendar minute
/// @param mostStoredBytes of its files; where it has as many, it may submit no render
public record Limits(
        OptionalLong requestsPerMinute,
        OptionalLong tokensPerMinute,
        OptionalLong jobsPerMinute,
        OptionalLong mostStoredBytes) {

    public static final Limits NONE =
            new Limits(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

    /// Whether interactive calls are limited.
    public boolean ofCalls() {
        return requestsPerMinute.isPresent() || tokensPerMinute.isPresent();
    }
}
