package dev.millrace.api.limit;

import dev.millrace.api.problem.Problem;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.springframework.stereotype.Component;

/// Refuses what would pass a project's limits, in OpenAI's words, and counts that.
@Component
final class LimitRefusals {

    private final Counter requests;
    private final Counter tokens;
    private final Counter jobs;

    LimitRefusals(MeterRegistry meters) {
        this.requests = counter(Limit.What.REQUESTS, meters);
        this.tokens = counter(Limit.What.TOKENS, meters);
        this.jobs = counter(Limit.What.JOBS, meters);
    }

    private static Counter counter(Limit.What what, MeterRegistry meters) {
        return Counter.builder("millrace.limits.refused")
                .description(
                        "Interactive calls and submissions that would have passed their project's limit per minute")
                .tag("limit", what.word())
                .register(meters);
    }

    private void count(Limit limit) {
        switch (limit.what()) {
            case REQUESTS -> requests.increment();
            case TOKENS -> tokens.increment();
            case JOBS -> jobs.increment();
        }
    }

    Problem usedUp(Limit limit, long used, long requested, Duration untilReset) {
        count(limit);
        return Problem.rateLimited(
                limit.what().type(),
                "Rate limit reached for this project on %s: Limit %d, Used %d, Requested %d. Please try again in %s."
                        .formatted(limit.what().words(), limit.perMinute(), used, requested, text(untilReset)),
                untilReset);
    }

    /// Waiting does not help.
    Problem tooLarge(Limit limit, long requested) {
        count(limit);
        return Problem.tooLargeForLimit(
                limit.what().type(),
                "Request too large for this project on %s: Limit %d, Requested %d. It must be made smaller to run."
                        .formatted(limit.what().words(), limit.perMinute(), requested));
    }

    /// A duration as OpenAI's headers have it, such as `1m0s`.
    static String text(Duration wait) {
        return (wait.toMinutes() > 0 ? wait.toMinutes() + "m" : "") + wait.toSecondsPart() + "s";
    }
}
