package dev.millrace.provider.gemini;

import dev.millrace.provider.ProviderOutcome;
import java.util.regex.Pattern;

/// Google's format has nothing for a part of a request. It leaves the translation at once; outside of it, it is an
/// outcome.
final class UnfitException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final Pattern PARAMETER = Pattern.compile("[.\\[].*", Pattern.DOTALL);

    private final transient ProviderOutcome.Unfit outcome;

    UnfitException(ProviderOutcome.Unfit outcome) {
        super(outcome.param() + ": " + outcome.message(), null, false, false);
        this.outcome = outcome;
    }

    UnfitException(String param, String message) {
        this(new ProviderOutcome.Unfit(param, message));
    }

    /// The parameter that the part belongs to, such as `tools` of `tools[2]`.
    String parameter() {
        return PARAMETER.matcher(outcome.param()).replaceFirst("");
    }

    ProviderOutcome.Unfit outcome() {
        return outcome;
    }
}
