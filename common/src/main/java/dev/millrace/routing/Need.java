package dev.millrace.routing;

import java.util.OptionalLong;

/// What a call may use in tokens, as far as its request tells.
///
/// @param prompt by its length
/// @param answer the most that its answers may have together; absent where the request sets no limit
public record Need(long prompt, OptionalLong answer) {

    /// Of a request that nobody has looked at.
    public static final Need UNKNOWN = new Need(0, OptionalLong.empty());
}
