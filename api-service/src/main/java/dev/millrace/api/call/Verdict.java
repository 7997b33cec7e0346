package dev.millrace.api.call;

import dev.millrace.api.problem.Problem;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a call's failures come to for its caller, once no deployment is left: the last real failure, a rate limit only
/// if it was one everywhere, and a refusal to take the request only if nothing else happened.
final class Verdict {

    static final String CONTEXT_TOO_LONG = "context_too_long";
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private @Nullable Failure failure;
    private @Nullable Duration rateLimit;
    private ProviderOutcome.@Nullable Unfit unfit;
    private boolean indeterminate;
    private boolean limited;

    void rateLimited(ProviderOutcome.RateLimited outcome) {
        limited = true;
        var wait = outcome.retryAfter().orElse(SOON);
        rateLimit = rateLimit == null || wait.compareTo(rateLimit) < 0 ? wait : rateLimit;
    }

    void failed(Failure last) {
        failure = last;
    }

    void indeterminate(Failure last) {
        failure = last;
        indeterminate = true;
    }

    void unfit(ProviderOutcome.Unfit first) {
        unfit = unfit == null ? first : unfit;
    }

    boolean nothingTried() {
        return failure == null && !limited;
    }

    Problem broken(ProviderOutcome outcome, String model) {
        return switch (outcome) {
            case ProviderOutcome.Retryable retryable -> ofFailure(retryable.failure(), model);
            case ProviderOutcome.Terminal terminal -> ofFailure(terminal.failure(), model);
            case ProviderOutcome.Indeterminate lost -> ofFailure(lost.failure(), model);
            case ProviderOutcome.RateLimited limit ->
                Problem.tooMany("rate_limit_exceeded", "The provider is at its rate limit.", SOON);
            case ProviderOutcome.Unfit unfit ->
                Problem.invalid(unfit.param(), "unsupported_parameter", unfit.message());
            case ProviderOutcome.Succeeded succeeded -> unexpected();
            case ProviderOutcome.Accepted accepted -> unexpected();
            case ProviderOutcome.Withheld withheld -> unexpected();
        };
    }

    private static Problem unexpected() {
        return Problem.server(502, "malformed_answer", "The provider's answer broke off.", false);
    }

    /// @param back when the first resting deployment is back, if one rests
    Problem problem(String model, Optional<Duration> back) {
        var last = failure;
        if (last != null) {
            return ofFailure(last, model);
        }
        if (limited) {
            var wait = rateLimit == null ? SOON : rateLimit;
            return Problem.tooMany(
                    "rate_limit_exceeded", "Every provider of '" + model + "' is at its rate limit.", bounded(wait));
        }
        if (back.isEmpty() && unfit != null) {
            return Problem.invalid(unfit.param(), "unsupported_parameter", unfit.message());
        }
        return Problem.unavailable(
                "model_unavailable",
                "No provider of '" + model + "' can be asked now; please try again.",
                bounded(back.orElse(SOON)));
    }

    private static Duration bounded(Duration wait) {
        return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }

    private Problem ofFailure(Failure last, String model) {
        if (indeterminate) {
            return Problem.server(
                    502,
                    "answer_lost",
                    "The provider's answer was lost; it may have done the work. " + last.message(),
                    false);
        }
        return switch (last.scope()) {
            case REQUEST -> ofRequest(last);
            // Ours to mend, and none of the caller's: its own key is fine.
            case KEY -> Problem.server(502, "provider_refused", "The provider refused this service's account.", false);
            case MODEL ->
                last.httpStatus().equals(Optional.of(404))
                        ? Problem.refused(404, "model", "model_not_found", "The model '" + model + "' does not exist.")
                        : transientFailure(last);
            case PROVIDER -> transientFailure(last);
        };
    }

    private static Problem ofRequest(Failure last) {
        if (last.kind().equals(CONTEXT_TOO_LONG)) {
            return Problem.invalid(last.param().orElse("messages"), "context_length_exceeded", last.message());
        }
        int status =
                last.httpStatus().filter(given -> given == 413 || given == 422).orElse(400);
        return Problem.refused(status, last.param().orElse(null), last.code(), last.message());
    }

    /// The official clients ask again by themselves after these, at their own pace.
    private static Problem transientFailure(Failure last) {
        if (last.kind().equals("timeout")) {
            return Problem.server(504, "timeout", "The provider took too long. " + last.message(), false);
        }
        boolean overloaded = last.httpStatus()
                .filter(status -> status == 503 || status == 529)
                .isPresent();
        return Problem.server(overloaded ? 503 : 502, last.kind(), "The provider failed: " + last.message(), true)
                .with("retry-after", Long.toString(SOON.toSeconds()));
    }
}
