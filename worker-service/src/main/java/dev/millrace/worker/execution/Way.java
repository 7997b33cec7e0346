package dev.millrace.worker.execution;

import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.routing.Deployment;
import dev.millrace.routing.Router;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// A place at a deployment for one attempt. The first to end it says what the router learns; whoever comes after
/// changes nothing, so that every path may end it.
final class Way {

    private final Router router;
    private final Router.Choice.Use use;
    private final AtomicInteger open;
    private boolean ended;

    Way(Router router, Router.Choice.Use use, AtomicInteger open) {
        this.router = router;
        this.use = use;
        this.open = open;
    }

    Deployment deployment() {
        return use.deployment();
    }

    ProviderKey key() {
        return use.key();
    }

    void succeeded(long tokens, Duration latency) {
        if (end()) {
            router.succeeded(use, tokens, latency);
        }
    }

    void failed(ProviderOutcome outcome, Failure failure) {
        if (end()) {
            if (outcome instanceof ProviderOutcome.RateLimited limited) {
                router.rateLimited(use, failure, limited.retryAfter());
            } else {
                router.failed(use, failure, outcome.retryAfter());
            }
        }
    }

    /// There was no call.
    void declined() {
        if (end()) {
            router.declined(use);
        }
    }

    /// The call says nothing about the deployment.
    void released() {
        if (end()) {
            router.released(use);
        }
    }

    private boolean end() {
        if (ended) {
            return false;
        }
        ended = true;
        open.decrementAndGet();
        return true;
    }
}
