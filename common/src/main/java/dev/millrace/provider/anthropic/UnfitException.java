package dev.millrace.provider.anthropic;

import dev.millrace.provider.ProviderOutcome;

/// A part of the request has no counterpart in Messages. It never leaves the package: it ends as `Unfit`.
final class UnfitException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String param;

    UnfitException(String param, String message) {
        super(message, null, false, false);
        this.param = param;
    }

    ProviderOutcome.Unfit outcome() {
        return new ProviderOutcome.Unfit(param, String.valueOf(getMessage()));
    }
}
