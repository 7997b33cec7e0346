package dev.millrace.provider;

import java.util.function.UnaryOperator;

/// What the contract must know of how a wire format tells of renders.
///
/// @param rhythm whether the provider says how often to poll
/// @param states whether a render has a status by a word
/// @param files whether a finished video is fetched as a file of its own
/// @param fileStates whether it is told of a file that it is still being processed
/// @param wrongKey the status that a wrong key is refused with
/// @param refused the code of a render that a filter held back
/// @param unknown an operation id of its form that the simulator does not know
/// @param renderId the simulator's id of a render, taken from an operation id
public record RenderFormat(
        boolean rhythm,
        boolean states,
        boolean files,
        boolean fileStates,
        int wrongKey,
        String refused,
        String unknown,
        UnaryOperator<String> renderId) {

    public static final RenderFormat OPENAI =
            new RenderFormat(true, true, true, false, 401, "moderation_blocked", "video_0000000000000000", id -> id);
}
