package dev.millrace.routing;

import java.time.Clock;

/// Keeps retries from making an outage worse: of a deployment's calls in ten seconds at most a tenth may be retries,
/// above a floor of ten. The deployment that failed a call pays for its retry, since a standby has few calls of its
/// own; where that one can't, as when all that hang there are given up at once, the one that takes the retry does.
public final class RetryBudget {

    static final int FLOOR = 10;
    static final double SHARE = 0.10;

    private final Clock clock;
    private final Router router;

    public RetryBudget(Clock clock, Router router) {
        this.clock = clock;
        this.router = router;
    }

    /// Whether a call that failed at one deployment may be sent to another, or to the same again; a yes is counted.
    public boolean mayRetry(Deployment failedAt, Deployment next) {
        return mayRetry(failedAt) || !next.equals(failedAt) && mayRetry(next);
    }

    /// Whether this deployment's own calls allow one more retry; a yes is counted.
    public boolean mayRetry(Deployment at) {
        return router.states().of(at).retries().retry(clock.millis(), FLOOR, SHARE);
    }
}
