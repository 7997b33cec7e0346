package dev.millrace.routing;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What this process knows of a provider: its breaker, its places, and the keys and accounts that are or were set
/// aside.
final class ProviderState {

    private final Breaker breaker;
    private final Bulkhead places;
    private final Map<String, Breaker> keys = new ConcurrentHashMap<>();
    private final Map<String, Breaker> accounts = new ConcurrentHashMap<>();

    ProviderState(Breaker breaker, String name, int calls) {
        this.breaker = breaker;
        this.places = Bulkhead.of(
                name,
                BulkheadConfig.custom()
                        .maxConcurrentCalls(calls)
                        .maxWaitDuration(Duration.ZERO)
                        .build());
    }

    Breaker breaker() {
        return breaker;
    }

    Bulkhead places() {
        return places;
    }

    boolean isFull() {
        return places.getMetrics().getAvailableConcurrentCalls() <= 0;
    }

    /// By fingerprint; only of those that were refused once.
    Map<String, Breaker> keys() {
        return keys;
    }

    /// By name; only of those whose quota was spent once.
    Map<String, Breaker> accounts() {
        return accounts;
    }
}
