package dev.millrace.routing;

import dev.millrace.backoff.Backoff;
import java.time.Duration;

/// When a breaker opens, and how it recovers.
///
/// @param windowSeconds the seconds of calls that are looked at
/// @param minimumCalls calls within the window below which their failure rate says nothing
/// @param failureRate percent of failures within the window that opens it
/// @param inARow failures in a row that open it, however few
/// @param probes calls at once while it is half-open
/// @param open how long it stays open; grows while probes fail
/// @param ramp from a recovery to the whole share; zero for at once
record BreakerRules(
        int windowSeconds, int minimumCalls, float failureRate, int inARow, int probes, Backoff open, Duration ramp) {

    private static final int NEVER = 1_000_000;

    /// A provider is closed by the failures of many calls: those of a single model open that model's breaker first, and
    /// count here only until then.
    static final BreakerRules PROVIDER = new BreakerRules(
            10, 20, 50, NEVER, 2, new Backoff(Duration.ofSeconds(4), Duration.ofSeconds(30)), Duration.ofSeconds(10));

    static final BreakerRules DEPLOYMENT = new BreakerRules(
            10, 10, 50, 5, 2, new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(30)), Duration.ofSeconds(10));

    /// An account at a model that was refused for its rate.
    static final BreakerRules RATE = new BreakerRules(
            10, NEVER, 100, 1, 3, new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(1)), Duration.ofSeconds(2));

    /// A key that is set aside: one probe after the wait.
    static BreakerRules aside(Duration probeAfter) {
        return new BreakerRules(10, NEVER, 100, 1, 1, new Backoff(probeAfter, probeAfter), Duration.ZERO);
    }
}
