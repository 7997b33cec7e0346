package dev.millrace.api.limit;

import dev.millrace.api.problem.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.springframework.stereotype.Component;

/// Refuses what would pass a project's limits, in OpenAI's words, and counts that.
@Component
final class LimitRefusals {

    private final MeterRegistry meters;

    LimitRefusals(MeterRegistry meters) {
        this.meters = meters;
        for (var what : Limit.What.values()) {
            count(what, 0);
        }
    }

    private void count(Limit.What what, double calls) {
        meters.counter("millrace.limits.refused", "limit", what.headerName()).increment(calls);
    }

    Problem usedUp(Limit limit, long used, long requested, Duration untilReset) {
        count(limit.what(), 1);
        return Problem.rateLimited(
                limit.what().headerName(),
                "Rate limit reached for this project on %s: Limit %d, Used %d, Requested %d. Please try again in %s."
                        .formatted(limit.what().words(), limit.perMinute(), used, requested, text(untilReset)),
                untilReset);
    }

    /// Waiting does not help.
    Problem tooLarge(Limit limit, long requested) {
        count(limit.what(), 1);
        return Problem.tooLargeForLimit(
                limit.what().headerName(),
                "Request too large for this project on %s: Limit %d, Requested %d. It must be made smaller to run."
                        .formatted(limit.what().words(), limit.perMinute(), requested));
    }

    /// A duration as OpenAI's headers have it, such as `1m0s`.
    static String text(Duration wait) {
        return (wait.toMinutes() > 0 ? wait.toMinutes() + "m" : "") + wait.toSecondsPart() + "s";
    }
}
