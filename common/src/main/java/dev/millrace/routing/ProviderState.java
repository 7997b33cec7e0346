package dev.millrace.routing;

import dev.millrace.room.Threshold;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// What this process knows of a provider: its breaker, its places, and the keys and accounts that are or were set
/// aside.
final class ProviderState {

    private final Provider provider;
    private final Breaker breaker;
    private final Bulkhead places;
    private final AtomicInteger models = new AtomicInteger();
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

    /// Another of its models is called from here.
    void joined() {
        models.incrementAndGet();
    }

    void left() {
        models.decrementAndGet();
    }

    /// Whether a model may have one more call: where several share the places none takes them all.
    ///
    /// @param underWay the model's calls
    boolean hasPlace(int underWay) {
        return Threshold.allows(underWay, places.getMetrics().getAvailableConcurrentCalls(), models.get());
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
