package dev.millrace.routing;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What this process knows of a provider: its breaker, its places, and the keys and accounts that are or were set
/// aside.
final class ProviderState {

    private final Provider provider;
    private final Breaker breaker;
    private final Bulkhead places;
    private final Map<String, Breaker> keys = new ConcurrentHashMap<>();
    private final Map<String, Breaker> accounts = new ConcurrentHashMap<>();

    ProviderState(Provider provider, Breaker breaker) {
        this.provider = provider;
        this.breaker = breaker;
        this.places = Bulkhead.of(
                provider.name(),
                BulkheadConfig.custom()
                        .maxConcurrentCalls(provider.pool().calls())
                        .maxWaitDuration(Duration.ZERO)
                        .build());
    }

    Provider provider() {
        return provider;
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
