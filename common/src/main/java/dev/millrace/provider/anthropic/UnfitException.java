package dev.millrace.provider.anthropic;

import dev.millrace.provider.ProviderOutcome.Unfit;

/// A part of the request has no counterpart in Messages. It never leaves the package: it ends as its outcome.
final class UnfitException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Unfit outcome;

    UnfitException(Unfit outcome) {
        super(outcome.message(), null, false, false);
        this.outcome = outcome;
    }

    UnfitException(String param, String message) {
        this(new Unfit(param, message));
    }

    Unfit outcome() {
        return outcome;
    }
}
