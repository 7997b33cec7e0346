package dev.millrace.provider;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Why a call did not succeed, as its adapter understood it from status and body together.
///
/// @param scope whom the answer concerns
/// @param kind the class of the outcome, a stable word for metrics and records, such as `rate_limited` or `timeout`
/// @param code the provider's own error code, or ours where it gave none
/// @param message for a person; holds no key
/// @param param the parameter that the provider complained of, where it named one
/// @param httpStatus absent where no answer came
public record Failure(
        Scope scope,
        String kind,
        @Nullable String code,
        String message,
        Optional<String> param,
        Optional<Integer> httpStatus,
        Optional<String> requestId) {

    /// Whom an answer concerns: the three are kept apart, so that one bad key does not close a provider.
    public enum Scope {
        PROVIDER,
        KEY,
        MODEL,
        REQUEST
    }

    /// As OpenAI's, Anthropic's and Google's formats call it.
    private static final Set<String> NO_SUCH_MODEL = Set.of("model_not_found", "not_found_error", "NOT_FOUND");

    /// Whether the provider said that it has no such model for this key. That is its answer, and no outage; a server
    /// error of the same name may be over in a while.
    public boolean noSuchModel() {
        return scope == Scope.MODEL
                && code != null
                && NO_SUCH_MODEL.contains(code)
                && httpStatus.filter(status -> status >= 500).isEmpty();
    }

    /// @param reason of the network; its first word only goes on, for the rest names addresses of the operator's
    /// network
    public static Failure unanswered(String kind, String reason) {
        int words = reason.indexOf(": ");
        return new Failure(
                Scope.PROVIDER,
                kind,
                null,
                "No answer from the provider (" + (words < 0 ? reason : reason.substring(0, words)) + ")",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
