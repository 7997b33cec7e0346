package dev.millrace.routing;

import dev.millrace.extent.Extent;
import java.util.OptionalLong;

/// What a call may use in tokens, as far as its request tells.
///
/// @param prompt by its length
/// @param answer the most that its answers may have together; absent where the request sets no limit
public record Need(long prompt, OptionalLong answer) {

    /// Of a request that nobody has looked at.
    public static final Need UNKNOWN = new Need(0, OptionalLong.empty());

    /// Of what is not counted in tokens, such as a render.
    public static final Need NOTHING = new Need(0, OptionalLong.of(0));

    public static Need of(Extent extent) {
        return new Need(extent.prompt(), extent.allAnswers());
    }
}
