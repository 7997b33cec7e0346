package dev.millrace.routing;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// What this process knows of a model at a provider. Deployments of several routes share it.
final class DeploymentState {

    private final String name;
    private final ProviderState provider;
    private final Breaker breaker;
    private final Load load = new Load();
    private final RetryWindow retries = new RetryWindow();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile boolean kept;
    private final Map<String, Breaker> keys = new ConcurrentHashMap<>();
    private final Map<String, Breaker> accounts = new ConcurrentHashMap<>();
    private final Set<String> lacking = ConcurrentHashMap.newKeySet();

    DeploymentState(String name, ProviderState provider, Breaker breaker) {
        this.name = name;
        this.provider = provider;
        this.breaker = breaker;
    }

    String name() {
        return name;
    }

    ProviderState provider() {
        return provider;
    }

    Breaker breaker() {
        return breaker;
    }

    Load load() {
        return load;
    }

    RetryWindow retries() {
        return retries;
    }

    /// Keys take turns.
    int nextTurn() {
        return turn.getAndIncrement() & Integer.MAX_VALUE;
    }

    /// By fingerprint; only of those that may not use this model.
    Map<String, Breaker> keys() {
        return keys;
    }

    /// By name; only of those that asked too often.
    Map<String, Breaker> accounts() {
        return accounts;
    }

    /// Of the keys that may not use this model, by fingerprint, those for which there is no such model.
    Set<String> lacking() {
        return lacking;
    }

    /// Whether the provider has a place for one more call of this model.
    boolean hasPlace() {
        return provider.hasPlace(load.outstanding());
    }

    boolean anyKeyRests() {
        return !(keys.isEmpty()
                && accounts.isEmpty()
                && provider.keys().isEmpty()
                && provider.accounts().isEmpty());
    }

    /// It is configured.
    void keep() {
        kept = true;
    }

    boolean mayGo() {
        return !kept && load.outstanding() == 0;
    }
}
