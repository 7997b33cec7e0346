package dev.millrace.routing;

import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The states of all providers and deployments that were asked for. Model names of a catch-all provider are the
/// callers' own, so those that have nothing to remember make room when there are many.
final class States {

    private static final int MOST = 5_000;

    private final Clock clock;
    private final RandomGenerator random;
    private final Breaker.Listener listener;
    private final Map<String, ProviderState> providers = new ConcurrentHashMap<>();
    private final Map<String, DeploymentState> deployments = new ConcurrentHashMap<>();

    States(Clock clock, RandomGenerator random, Breaker.Listener listener) {
        this.clock = clock;
        this.random = random;
        this.listener = listener;
    }

    DeploymentState of(Deployment deployment) {
        var name = deployment.name();
        var state = deployments.get(name);
        return state == null ? make(name, deployment) : state;
    }

    private DeploymentState make(String name, Deployment deployment) {
        if (deployments.size() >= MOST) {
            long now = clock.millis();
            deployments.values().removeIf(state -> state.isIdle(now));
        }
        return deployments.computeIfAbsent(
                name,
                absent -> new DeploymentState(
                        name,
                        of(deployment.provider()),
                        breaker(
                                new Scope(Scope.Kind.MODEL, deployment.provider().name(), deployment.model(), ""),
                                BreakerRules.DEPLOYMENT)));
    }

    ProviderState of(Provider provider) {
        var name = provider.name();
        var state = providers.get(name);
        return state != null
                ? state
                : providers.computeIfAbsent(
                        name,
                        absent -> new ProviderState(
                                breaker(new Scope(Scope.Kind.PROVIDER, name, "", ""), BreakerRules.PROVIDER),
                                name,
                                provider.pool().calls()));
    }

    Breaker breaker(Scope scope, BreakerRules rules) {
        return new Breaker(scope, rules, clock, random, listener);
    }

    Optional<DeploymentState> find(Scope scope) {
        return Optional.ofNullable(deployments.get(scope.provider() + "/" + scope.model()));
    }

    @Nullable ProviderState provider(String name) {
        return providers.get(name);
    }

    Collection<ProviderState> providers() {
        return List.copyOf(providers.values());
    }

    Collection<DeploymentState> deployments() {
        return List.copyOf(deployments.values());
    }
}
