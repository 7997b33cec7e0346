package dev.millrace.render;

import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Reports on attempts that are on record already: only how they ended is new.
public final class RenderAttempts {

    private RenderAttempts() {}

    public static AttemptReport ended(
            int number, AttemptStatus status, String outcome, @Nullable String code, @Nullable String message) {
        return new AttemptReport(
                number, status, null, null, null, Instant.EPOCH, outcome, code, message, null, null, null, null, null);
    }

    static AttemptReport failed(Holds.Held held, String outcome) {
        return ended(held.attempt(), AttemptStatus.FAILED, outcome, null, null);
    }
}
