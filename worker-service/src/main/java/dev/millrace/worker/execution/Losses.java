package dev.millrace.worker.execution;

import dev.millrace.job.AttemptReport;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.routing.Rest;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the attempts of one run have come to, and so what is left to hope for: that a context is too long, that a
/// provider does not have the model or can't take the request stays so; all else may go otherwise later.
final class Losses {

    static final String CONTEXT_TOO_LONG = "context_too_long";

    private @Nullable AttemptReport failed;
    private @Nullable AttemptReport tooLong;
    private @Nullable AttemptReport noSuchModel;
    private @Nullable AttemptReport unfit;
    private @Nullable Duration asked;
    private boolean putOff;

    void failed(AttemptReport report, Failure failure) {
        if (failure.kind().equals(CONTEXT_TOO_LONG)) {
            tooLong = report;
        } else if (failure.noSuchModel()) {
            noSuchModel = report;
        } else {
            failed = report;
        }
    }

    /// Keeps the shortest wait of those that may do better later; whoever named none may be asked at once.
    void asked(ProviderOutcome outcome) {
        boolean comesBack = outcome instanceof ProviderOutcome.RateLimited
                || outcome instanceof ProviderOutcome.Retryable(var failure, var _)
                        && failure.scope() != Failure.Scope.KEY
                        && !failure.noSuchModel();
        var wait = outcome.retryAfter().orElse(Duration.ZERO);
        if (comesBack && (asked == null || wait.compareTo(asked) < 0)) {
            asked = wait;
        }
    }

    /// How long those that failed want to be left alone, the first of them.
    Duration askedWait(Duration most) {
        return asked == null ? Duration.ZERO : asked.compareTo(most) > 0 ? most : asked;
    }

    void unfit(AttemptReport report) {
        unfit = report;
    }

    /// A deployment was passed by, since there have been too many retries of late.
    void putOff() {
        putOff = true;
    }

    /// Whether none of those that were asked, or passed by, could do better later.
    boolean areFinal() {
        return failed == null && !putOff && (tooLong != null || noSuchModel != null || unfit != null);
    }

    /// Whether to wait for those that rest is of no use either.
    boolean areFinal(Rest why) {
        return why == Rest.NO_SUCH_MODEL && failed == null && !putOff;
    }

    /// What the job fails of if it fails now: the last real failure, and only without one that a deployment can't
    /// take the request.
    Optional<AttemptReport> worst() {
        var real = failed != null ? failed : tooLong != null ? tooLong : noSuchModel;
        return Optional.ofNullable(real != null ? real : unfit);
    }

    boolean isNoSuchModel(AttemptReport report) {
        return report == noSuchModel;
    }
}
