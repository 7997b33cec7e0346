package dev.millrace.api.chat;

import dev.millrace.provider.ChatStream;
import dev.millrace.provider.Usage;
import java.util.List;
import java.util.Optional;

/// A stream that has come to its first token, or to an end that explains why there is none.
///
/// @param held the chunks before it, which nobody has seen yet
/// @param first the part with the token, or the end
record Begun(ChatStream stream, List<byte[]> held, ChatStream.Part first) {

    /// Ends a stream that nobody reads.
    ///
    /// @return what was used until then
    Optional<Usage> giveUp() {
        stream.close();
        return Optional.of(stream.usedSoFar());
    }
}
