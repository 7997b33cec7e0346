package dev.millrace.routing;

import java.time.Clock;

/// Keeps retries from making an outage worse: of a deployment's calls in ten seconds at most a tenth may be retries,
/// above a floor of ten.
public final class RetryBudget {

    private static final int FLOOR = 10;
    private static final double SHARE = 0.10;

    private final Clock clock;
    private final Router router;

    public RetryBudget(Clock clock, Router router) {
        this.clock = clock;
        this.router = router;
    }

    /// Whether a call that failed elsewhere, or there, may be sent to this deployment; a yes is counted.
    public boolean mayRetry(Deployment at) {
        return router.states().of(at).retries().retry(clock.millis(), FLOOR, SHARE);
    }
}
