package dev.millrace.provider.gemini;

import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome;
import java.util.Optional;

/// An answer that came with 200 is none. It leaves the reading at once; outside of it, it is an outcome.
final class SpoiltException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String reason;
    private final Scope scope;

    SpoiltException(String reason, Scope scope) {
        super(reason, null, false, false);
        this.reason = reason;
        this.scope = scope;
    }

    ProviderOutcome outcome(Optional<String> requestId) {
        return GeminiErrors.malformed(scope, reason, 200, requestId);
    }
}
