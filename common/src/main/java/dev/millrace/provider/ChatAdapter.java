package dev.millrace.provider;

/// Chat at one kind of provider. An adapter calls once: no retry, no fallback, no waiting. Cancelling is interrupting
/// the thread, or closing the stream from another. What it leaves out of the request it tells the call's
/// [departure][ChatCall#departure()].
public interface ChatAdapter {

    /// Asks for the answer in one piece.
    ///
    /// @return `Succeeded`, `Retryable`, `RateLimited`, `Terminal` or `Unfit`
    ProviderOutcome complete(Target target, ChatCall call);

    /// Asks for the answer as it comes, and returns when the provider has begun to answer.
    Opening open(Target target, ChatCall call, Patience patience);

    /// What opening a stream came to.
    sealed interface Opening {

        /// The provider answers; the caller of [ChatAdapter#open] closes the stream.
        record Streaming(ChatStream stream) implements Opening {}

        /// `Retryable`, `RateLimited`, `Terminal` or `Unfit`.
        record Failed(ProviderOutcome outcome) implements Opening {}
    }
}
