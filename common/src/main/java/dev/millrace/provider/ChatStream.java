package dev.millrace.provider;

import java.util.List;
import java.util.Optional;

/// An answer that comes in pieces, in the OpenAI wire format whatever the provider's. It is read by one thread; any may
/// close it.
///
/// What it hands out conforms to the rules of chunks that the official SDKs insist on, so it can be written to a caller
/// as it is: one `id`, `created` and `model` (the caller's name for it), a role once, a finish reason once for each
/// choice and nothing after it, no `error`, and `usage` either `null` in each (where the caller asked for it) or in
/// none.
///
/// @see <a href="https://platform.openai.com/docs/api-reference/chat-streaming">The chat completion chunk object</a>
public interface ChatStream extends AutoCloseable {

    /// The next part, waited for within the call's [Patience]. After [Part.End] and [Part.Broken] nothing follows.
    Part next();

    /// Whether the next part is there already, so that [#next()] would not wait. What is not sure counts as not there.
    default boolean ready() {
        return false;
    }

    int httpStatus();

    /// Absent where the provider names none, or not yet.
    Optional<String> requestId();

    /// The parameters that this target does not have and that the caller or the route let go.
    List<String> dropped();

    /// Ends the call at the provider, if it has not ended. A reader that waits in [#next()] gets [Part.Broken].
    @Override
    void close();

    /// What was used so far, told or guessed: the price of an answer that its caller went away from.
    Usage usedSoFar();

    sealed interface Part {

        /// @param json one chunk: the data of one event
        /// @param token whether it holds a token: a content, refusal, reasoning or tool call that is not empty
        record Chunk(byte[] json, boolean token) implements Part {}

        /// The end marker of the wire format has come: the answer is whole. An answer without any token is no answer,
        /// unless it was ended for its length or its content: it ends as broken.
        ///
        /// @param usageChunk the chunk with the usage, for a caller who asked for it
        record End(Usage usage, byte[] usageChunk) implements Part {}

        /// It was cut, stalled, malformed, empty, refused in the middle, or ended without its end marker.
        ///
        /// @param outcome `Retryable`, `RateLimited` or `Terminal`
        record Broken(ProviderOutcome outcome) implements Part {}
    }
}
