package dev.millrace.routing;

import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The states of all providers and deployments that were asked for. Model names of a catch-all provider are the
/// callers' own: when there are many, those that nobody calls just now are forgotten.
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
            deployments.values().removeIf(States::goes);
        }
        return deployments.computeIfAbsent(name, absent -> joined(name, deployment));
    }

    private DeploymentState joined(String name, Deployment deployment) {
        var provider = of(deployment.provider());
        provider.joined();
        var scope = new Scope(Scope.Kind.MODEL, deployment.provider().name(), deployment.model(), "");
        return new DeploymentState(name, provider, breaker(scope, BreakerRules.DEPLOYMENT));
    }

    private static boolean goes(DeploymentState state) {
        if (state.mayGo()) {
            state.provider().left();
            return true;
        }
        return false;
    }

    ProviderState of(Provider provider) {
        var name = provider.name();
        var state = providers.get(name);
        return state != null
                ? state
                : providers.computeIfAbsent(
                        name,
                        absent -> new ProviderState(
                                provider,
                                breaker(new Scope(Scope.Kind.PROVIDER, name, "", ""), BreakerRules.PROVIDER)));
    }

    Breaker breaker(Scope scope, BreakerRules rules) {
        return new Breaker(scope, rules, clock, random, listener);
    }

    /// The breaker of a key or an account at a deployment in use, which is made where there is none yet. Not looked
    /// up by its name: that may have been forgotten by now.
    Breaker keyed(Scope scope, DeploymentState at) {
        var provider = at.provider();
        var aside = BreakerRules.aside(provider.provider().pool().probeAfter());
        return switch (scope.kind()) {
            case KEY -> made(provider.keys(), scope, aside);
            case ACCOUNT -> made(provider.accounts(), scope, aside);
            case KEY_AT_MODEL -> made(at.keys(), scope, aside);
            case ACCOUNT_AT_MODEL -> made(at.accounts(), scope, BreakerRules.RATE);
            case PROVIDER, MODEL -> throw new IllegalArgumentException("No key is concerned");
        };
    }

    private Breaker made(Map<String, Breaker> breakers, Scope scope, BreakerRules rules) {
        return breakers.computeIfAbsent(scope.who(), absent -> breaker(scope, rules));
    }

    /// The breaker of a scope that somebody else named; null where this process has no such thing.
    ///
    /// @param make whether a key's breaker that is not there yet is made
    @Nullable
    Breaker find(Scope scope, boolean make) {
        var provider = providers.get(scope.provider());
        if (provider == null) {
            return null;
        }
        var state = deployments.get(scope.provider() + "/" + scope.model());
        var aside = BreakerRules.aside(provider.provider().pool().probeAfter());
        return switch (scope.kind()) {
            case PROVIDER -> provider.breaker();
            case MODEL -> state == null ? null : state.breaker();
            case KEY -> key(provider.keys(), scope, provider, aside, make);
            case ACCOUNT -> key(provider.accounts(), scope, provider, aside, make);
            case KEY_AT_MODEL -> state == null ? null : key(state.keys(), scope, provider, aside, make);
            case ACCOUNT_AT_MODEL ->
                state == null ? null : key(state.accounts(), scope, provider, BreakerRules.RATE, make);
        };
    }

    private @Nullable Breaker key(
            Map<String, Breaker> breakers, Scope scope, ProviderState provider, BreakerRules rules, boolean make) {
        boolean ours = provider.provider().keys().stream()
                .anyMatch(key -> key.ref().equals(scope.who())
                        || provider.provider().pool().account(key).equals(scope.who()));
        return make && ours ? made(breakers, scope, rules) : breakers.get(scope.who());
    }

    Collection<ProviderState> providers() {
        return List.copyOf(providers.values());
    }

    Collection<DeploymentState> deployments() {
        return List.copyOf(deployments.values());
    }
}
