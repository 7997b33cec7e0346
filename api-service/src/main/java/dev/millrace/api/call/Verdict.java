package dev.millrace.api.call;

import dev.millrace.api.problem.Problem;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.routing.Rest;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a call's failures come to for its caller, once no deployment is left: the last real failure; a rate limit
/// only if it was one everywhere. That a context is too long, or that a provider does not have the model, is the
/// answer only where nobody who failed otherwise or rests could have done better, and a refusal to take the request
/// only if nothing else happened.
final class Verdict {

    static final String CONTEXT_TOO_LONG = "context_too_long";
    private static final String SHOULD_RETRY = "x-should-retry";
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private @Nullable Failure failure;
    private @Nullable Failure tooLong;
    private @Nullable Failure noSuchModel;
    private @Nullable Duration rateLimit;
    private @Nullable Duration outage;
    private ProviderOutcome.@Nullable Unfit unfit;
    private boolean indeterminate;
    private boolean putOff;

    void rateLimited(ProviderOutcome.RateLimited outcome) {
        rateLimit = sooner(rateLimit, outcome.retryAfter().orElse(SOON));
    }

    void failed(Failure last, Optional<Duration> retryAfter) {
        failed(last);
        if (!last.noSuchModel() && (last.scope() == Failure.Scope.PROVIDER || last.scope() == Failure.Scope.MODEL)) {
            outage = sooner(outage, retryAfter.orElse(SOON));
        }
    }

    void failed(Failure last) {
        if (last.noSuchModel()) {
            noSuchModel = last;
        } else {
            failure = last;
        }
    }

    void tooLong(Failure last) {
        tooLong = last;
    }

    void indeterminate(Failure last) {
        failure = last;
        indeterminate = true;
    }

    void unfit(ProviderOutcome.Unfit first) {
        unfit = unfit == null ? first : unfit;
    }

    /// A deployment was passed by, since there have been too many retries of late.
    void putOff() {
        putOff = true;
    }

    boolean nothingTried() {
        return failure == null && tooLong == null && noSuchModel == null && rateLimit == null;
    }

    Problem broken(ProviderOutcome outcome, String model) {
        return switch (outcome) {
            case ProviderOutcome.Retryable retryable -> ofFailure(retryable.failure(), model);
            case ProviderOutcome.Terminal terminal -> ofFailure(terminal.failure(), model);
            case ProviderOutcome.Indeterminate lost -> ofFailure(lost.failure(), model);
            case ProviderOutcome.RateLimited limit ->
                Problem.tooMany(
                        "rate_limit_exceeded",
                        "The provider is at its rate limit.",
                        bounded(limit.retryAfter().orElse(SOON)));
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

    /// @param back of those that rest, if any do
    Problem problem(String model, Optional<Back> back) {
        if (failure != null) {
            return ofFailure(failure, model);
        }
        boolean nobodyHasIt =
                back.filter(resting -> resting.why() == Rest.NO_SUCH_MODEL).isPresent();
        if (rateLimit != null || putOff || back.isPresent() && !nobodyHasIt) {
            return later(model, back);
        }
        if (tooLong != null) {
            return ofRequest(tooLong);
        }
        if (noSuchModel != null || nobodyHasIt) {
            return noSuchModel(model);
        }
        return unfit == null
                ? later(model, back)
                : Problem.invalid(unfit.param(), "unsupported_parameter", unfit.message());
    }

    /// Those that could answer will do so again.
    private Problem later(String model, Optional<Back> back) {
        var wait = putOff ? sooner(rateLimit, SOON) : rateLimit;
        if (back.isPresent()) {
            wait = sooner(wait, back.get().in());
        }
        var bounded = bounded(wait == null ? SOON : wait);
        boolean limitsOnly =
                !putOff && back.map(resting -> resting.why() != Rest.OTHER).orElse(rateLimit != null);
        return limitsOnly
                ? Problem.tooMany(
                        "rate_limit_exceeded", "Every provider of '" + model + "' is at its rate limit.", bounded)
                : Problem.unavailable(
                        "model_unavailable",
                        "No provider of '" + model + "' can be asked now; please try again.",
                        bounded);
    }

    private static Duration sooner(@Nullable Duration one, Duration other) {
        return one == null || other.compareTo(one) < 0 ? other : one;
    }

    /// Whole seconds, and not a part of one too early.
    private static Duration bounded(Duration wait) {
        return wait.compareTo(LONGEST_WAIT) > 0
                ? LONGEST_WAIT
                : Duration.ofSeconds(wait.plusMillis(999).toSeconds());
    }

    private static Problem noSuchModel(String model) {
        return Problem.refused(404, "model", "model_not_found", "The model '" + model + "' does not exist.")
                .with(SHOULD_RETRY, "false");
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
            case KEY -> refusedAccount();
            case MODEL -> {
                if (last.noSuchModel() || last.httpStatus().equals(Optional.of(404))) {
                    yield noSuchModel(model);
                }
                yield last.kind().equals("quota_exhausted") ? refusedAccount() : transientFailure(last);
            }
            case PROVIDER -> transientFailure(last);
        };
    }

    private static Problem refusedAccount() {
        return Problem.server(502, "provider_refused", "The provider refused this service's account.", false);
    }

    private static Problem ofRequest(Failure last) {
        if (last.kind().equals(CONTEXT_TOO_LONG)) {
            return Problem.invalid(last.param().orElse("messages"), "context_length_exceeded", last.message())
                    .with(SHOULD_RETRY, "false");
        }
        int status =
                last.httpStatus().filter(given -> given == 413 || given == 422).orElse(400);
        return Problem.refused(status, last.param().orElse(null), last.code(), last.message())
                .with(SHOULD_RETRY, "false");
    }

    /// The official clients ask again by themselves after these: when the first of those that failed wants to be
    /// asked again, or else at their own pace.
    private Problem transientFailure(Failure last) {
        if (last.kind().equals("timeout")) {
            return Problem.server(504, "timeout", "The provider took too long. " + last.message(), false);
        }
        int status = switch (last.httpStatus().orElse(0)) {
            case 503, 529 -> 503;
            case 504 -> 504;
            default -> 502;
        };
        var wait = sooner(rateLimit, outage == null ? SOON : outage);
        return Problem.server(status, last.kind(), "The provider failed: " + last.message(), true)
                .with("retry-after", Long.toString(Math.max(1, bounded(wait).toSeconds())));
    }
}
