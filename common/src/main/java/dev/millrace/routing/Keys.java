package dev.millrace.routing;

import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The keys of a deployment: whose turn it is, and which of them rest. A rate limit cools the key's account at that
/// model; a spent quota sets its account aside, an invalid key itself, each at all models; a model that a key may not
/// use concerns the two of them only.
final class Keys {

    private static final Duration LONGEST_COOLING = Duration.ofHours(1);

    /// A key to call with, and what lets it.
    record Taken(ProviderKey key, List<Place.Permit> permits, long tokens) {}

    private final States states;
    private final RateGate gate;

    Keys(States states, RateGate gate) {
        this.states = states;
        this.gate = gate;
    }

    /// When the first key is back: 0 for now.
    long backAt(Deployment deployment, DeploymentState state, long now) {
        if (!state.anyKeyRests() && !gate.limits(deployment.provider().pool())) {
            return 0;
        }
        long first = Long.MAX_VALUE;
        for (var key : deployment.provider().keys()) {
            first = Math.min(first, backAt(deployment, state, key, now));
        }
        return first;
    }

    private long backAt(Deployment deployment, DeploymentState state, ProviderKey key, long now) {
        long back =
                gate.backAt(deployment.provider(), deployment.provider().pool().account(key), now);
        for (var breaker : breakers(deployment, state, key)) {
            back = Math.max(back, breaker.backAt(now));
        }
        return back;
    }

    /// @return null where no key is let through
    @Nullable
    Taken take(Deployment deployment, DeploymentState state, long now) {
        var keys = deployment.provider().keys();
        int turn = state.nextTurn();
        if (!state.anyKeyRests() && !gate.limits(deployment.provider().pool())) {
            return new Taken(keys.get(turn % keys.size()), List.of(), 0);
        }
        var ready = new ArrayList<ProviderKey>();
        for (var key : keys) {
            if (backAt(deployment, state, key, now) == 0) {
                ready.add(key);
            }
        }
        for (int i = 0; i < ready.size(); i++) {
            var key = ready.get((turn + i) % ready.size());
            var permits = acquire(breakers(deployment, state, key), now);
            if (permits == null) {
                continue;
            }
            var account = deployment.provider().pool().account(key);
            long tokens = gate.take(deployment, account, now);
            if (tokens >= 0) {
                return new Taken(key, permits, tokens);
            }
            permits.forEach(permit -> permit.breaker().released(permit.phase()));
        }
        return null;
    }

    private static @Nullable List<Place.Permit> acquire(List<Breaker> breakers, long now) {
        var permits = new ArrayList<Place.Permit>(breakers.size());
        for (var breaker : breakers) {
            int phase = breaker.tryAcquire(now);
            if (phase == Breaker.REFUSED) {
                permits.forEach(permit -> permit.breaker().released(permit.phase()));
                return null;
            }
            permits.add(new Place.Permit(breaker, phase));
        }
        return permits;
    }

    private static List<Breaker> breakers(Deployment deployment, DeploymentState state, ProviderKey key) {
        var account = deployment.provider().pool().account(key);
        var found = new ArrayList<Breaker>(4);
        add(found, state.provider().keys().get(key.ref()));
        add(found, state.provider().accounts().get(account));
        add(found, state.keys().get(key.ref()));
        add(found, state.accounts().get(account));
        return found;
    }

    private static void add(List<Breaker> found, @Nullable Breaker breaker) {
        if (breaker != null) {
            found.add(breaker);
        }
    }

    /// The key is good at this model, whatever other processes say.
    void worked(Deployment deployment, DeploymentState state, ProviderKey key, long now) {
        if (state.anyKeyRests()) {
            breakers(deployment, state, key).forEach(breaker -> breaker.worked(now));
        }
    }

    /// The account asks too often at this model.
    void rateLimited(Deployment deployment, ProviderKey key, Optional<Duration> retryAfter, long now) {
        var breaker = breaker(scope(Scope.Kind.ACCOUNT_AT_MODEL, deployment, key));
        if (retryAfter.isPresent()) {
            var asked = retryAfter.get();
            breaker.rest(asked.compareTo(LONGEST_COOLING) > 0 ? LONGEST_COOLING : asked, now);
        } else {
            breaker.rest(now);
        }
    }

    /// The key is not valid, or its account's quota is spent.
    void setAside(Deployment deployment, ProviderKey key, Failure failure, long now) {
        var kind = failure.kind().equals("quota_exhausted") ? Scope.Kind.ACCOUNT : Scope.Kind.KEY;
        breaker(scope(kind, deployment, key)).rest(deployment.provider().pool().probeAfter(), now);
    }

    /// The key may not use the model.
    void mayNotUse(Deployment deployment, ProviderKey key, long now) {
        breaker(scope(Scope.Kind.KEY_AT_MODEL, deployment, key))
                .rest(deployment.provider().pool().probeAfter(), now);
    }

    private static Scope scope(Scope.Kind kind, Deployment deployment, ProviderKey key) {
        var provider = deployment.provider();
        return switch (kind) {
            case KEY -> new Scope(kind, provider.name(), "", key.ref());
            case ACCOUNT -> new Scope(kind, provider.name(), "", provider.pool().account(key));
            case KEY_AT_MODEL -> new Scope(kind, provider.name(), deployment.model(), key.ref());
            case ACCOUNT_AT_MODEL ->
                new Scope(
                        kind,
                        provider.name(),
                        deployment.model(),
                        provider.pool().account(key));
            case PROVIDER, MODEL -> throw new IllegalArgumentException("No key is concerned");
        };
    }

    private Breaker breaker(Scope scope) {
        return Objects.requireNonNull(states.find(scope, true), "A deployment in use has a state");
    }
}
