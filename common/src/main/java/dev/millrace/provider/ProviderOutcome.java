package dev.millrace.provider;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Everything that can happen when a deployment is asked to do work. Exceptions are left for bugs.
public sealed interface ProviderOutcome {

    /// Done: the answer in the OpenAI wire format.
    record Succeeded(Answer answer) implements ProviderOutcome {}

    /// Taken on; it finishes later. Ask again about `operationId`.
    record Accepted(String operationId, Duration pollAfter, Optional<Integer> httpStatus, Optional<String> requestId)
            implements ProviderOutcome {}

    /// Known not to have been done; worth another attempt, here or elsewhere.
    record Retryable(Failure failure) implements ProviderOutcome {}

    /// This deployment is out of quota for now. `retryAfter` is what the provider asked for, if it asked.
    record RateLimited(Failure failure, Optional<Duration> retryAfter) implements ProviderOutcome {}

    /// Nobody knows whether a paid create was done. Ask the provider before anything else.
    record Indeterminate(Failure failure) implements ProviderOutcome {}

    /// No deployment will accept this request: invalid, refused or blocked.
    record Terminal(Failure failure) implements ProviderOutcome {}

    /// The lease ended before the first byte; nothing was sent.
    record Withheld() implements ProviderOutcome {}

    /// @param body what goes to the caller
    /// @param usage the JSON object of the usage, where the provider gave one
    record Answer(
            byte[] body,
            @Nullable String usage,
            @Nullable Long tokensIn,
            @Nullable Long tokensOut,
            @Nullable Long tokensCached,
            int httpStatus,
            Optional<String> requestId) {}
}
