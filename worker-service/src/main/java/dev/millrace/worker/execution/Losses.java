package dev.millrace.worker.execution;

import dev.millrace.job.AttemptReport;
import dev.millrace.provider.Failure;
import dev.millrace.routing.Rest;
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

    void unfit(AttemptReport report) {
        unfit = report;
    }

    /// A deployment was passed by, since it has had too many retries of late.
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
