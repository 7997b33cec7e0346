package dev.millrace.provider;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Everything that can happen when a deployment is asked to do work. Exceptions are left for bugs.
public sealed interface ProviderOutcome {

    /// How long the provider asked to be left alone, if it asked.
    default Optional<Duration> retryAfter() {
        return Optional.empty();
    }

    /// Done: the answer in the OpenAI wire format.
    record Succeeded(Answer answer) implements ProviderOutcome {}

    /// Taken on; it finishes later. Ask again about `operationId`.
    ///
    /// @param dropped the parameters that this target does not have and that the caller or the route let go
    record Accepted(
            String operationId,
            Duration pollAfter,
            Optional<Integer> httpStatus,
            Optional<String> requestId,
            List<String> dropped)
            implements ProviderOutcome {}

    /// Known not to have been done; worth another attempt, here or elsewhere.
    record Retryable(Failure failure, Optional<Duration> retryAfter) implements ProviderOutcome {
        public Retryable(Failure failure) {
            this(failure, Optional.empty());
        }
    }

    /// This deployment is out of quota for now.
    record RateLimited(Failure failure, Optional<Duration> retryAfter) implements ProviderOutcome {}

    /// Nobody knows whether a paid create was done. Ask the provider before anything else.
    record Indeterminate(Failure failure) implements ProviderOutcome {}

    /// No deployment will accept this request: invalid, refused or blocked.
    record Terminal(Failure failure) implements ProviderOutcome {}

    /// This target's wire format or model has nothing for a part of the request, so nothing was sent: it is no attempt.
    /// Another deployment may take it.
    ///
    /// @param param the part, such as `logprobs` or `messages[2].content[0]`
    record Unfit(String param, String message) implements ProviderOutcome {}

    /// The lease ended before the first byte; nothing was sent.
    record Withheld() implements ProviderOutcome {}

    /// @param body what goes to the caller
    /// @param usage told or guessed; absent only where nothing is counted in tokens, such as an image
    /// @param dropped the parameters that this target does not have and that the caller or the route let go
    record Answer(
            byte[] body, Optional<Usage> usage, int httpStatus, Optional<String> requestId, List<String> dropped) {}
}
