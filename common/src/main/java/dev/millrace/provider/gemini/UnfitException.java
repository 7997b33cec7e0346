package dev.millrace.provider.gemini;

import dev.millrace.provider.ProviderOutcome;

/// Google's format has nothing for a part of a request. It leaves the translation at once; outside of it, it is an
/// outcome.
final class UnfitException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String param;
    private final String objection;

    UnfitException(String param, String objection) {
        super(param + ": " + objection, null, false, false);
        this.param = param;
        this.objection = objection;
    }

    /// The parameter that the part belongs to, such as `tools` of `tools[2]`.
    String parameter() {
        return param.split("[.\\[]", 2)[0];
    }

    ProviderOutcome.Unfit outcome() {
        return new ProviderOutcome.Unfit(param, objection);
    }
}
