package dev.millrace.api.chat;

import dev.millrace.provider.ChatStream;
import java.util.List;

/// A stream that has come to its first token, or to an end that explains why there is none.
///
/// @param held the chunks before it, which nobody has seen yet
/// @param first the part with the token, or the end
record Begun(ChatStream stream, List<byte[]> held, ChatStream.Part first) {}
