package dev.millrace.routing;

import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderKey;
import dev.millrace.routing.Picker.Candidate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
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
    long backAt(Candidate one, long now) {
        if (!one.state().anyKeyRests()
                && !gate.limits(one.deployment().provider().pool())) {
            return 0;
        }
        long first = Long.MAX_VALUE;
        for (var key : one.keys()) {
            first = Math.min(first, backAt(one, key, now));
        }
        return first;
    }

    private long backAt(Candidate one, ProviderKey key, long now) {
        var deployment = one.deployment();
        long back = gate.backAt(deployment, deployment.provider().pool().account(key), one.need(), now);
        for (var breaker : breakers(deployment, one.state(), key)) {
            back = Math.max(back, breaker.backAt(now));
        }
        return back;
    }

    /// Why none of them can be used now.
    Rest why(Candidate one, long now) {
        var reasons = EnumSet.noneOf(Rest.class);
        one.keys().forEach(key -> reasons.add(why(one.deployment(), one.state(), key, now)));
        return Rest.of(reasons);
    }

    private Rest why(Deployment deployment, DeploymentState state, ProviderKey key, long now) {
        var pool = deployment.provider().pool();
        var account = pool.account(key);
        if (rests(state.provider().keys().get(key.ref()), now)
                || rests(state.provider().accounts().get(account), now)) {
            return Rest.OTHER;
        }
        if (!deployment.unrouted() && rests(state.keys().get(key.ref()), now)) {
            return state.lacking().contains(key.ref()) ? Rest.NO_SUCH_MODEL : Rest.OTHER;
        }
        return rests(state.accounts().get(account), now) || gate.limits(pool) ? Rest.RATE_LIMIT : Rest.OTHER;
    }

    private static boolean rests(@Nullable Breaker breaker, long now) {
        return breaker != null && !breaker.isIdle(now);
    }

    /// @return null where no key is let through
    @Nullable
    Taken take(Candidate one, long now) {
        var deployment = one.deployment();
        var state = one.state();
        var keys = one.keys();
        int turn = state.nextTurn();
        if (!state.anyKeyRests() && !gate.limits(deployment.provider().pool())) {
            return new Taken(keys.get(turn % keys.size()), List.of(), 0);
        }
        var ready = new ArrayList<ProviderKey>();
        for (var key : keys) {
            if (backAt(one, key, now) == 0) {
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
            long tokens = gate.take(deployment, account, one.need(), now);
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
        if (!deployment.unrouted()) {
            add(found, state.keys().get(key.ref()));
        }
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
    void rateLimited(
            Deployment deployment, DeploymentState state, ProviderKey key, Optional<Duration> retryAfter, long now) {
        var breaker = states.keyed(scope(Scope.Kind.ACCOUNT_AT_MODEL, deployment, key), state);
        if (retryAfter.isPresent()) {
            var asked = retryAfter.get();
            breaker.rest(asked.compareTo(LONGEST_COOLING) > 0 ? LONGEST_COOLING : asked, now);
        } else {
            breaker.rest(now);
        }
    }

    /// The key is not valid, or its account's quota is spent.
    void setAside(Deployment deployment, DeploymentState state, ProviderKey key, Failure failure, long now) {
        var kind = failure.kind().equals("quota_exhausted") ? Scope.Kind.ACCOUNT : Scope.Kind.KEY;
        states.keyed(scope(kind, deployment, key), state)
                .rest(deployment.provider().pool().probeAfter(), now);
    }

    /// The key may not use the model, or there is no such model for it. A name that has no route is the caller's own:
    /// to remember it would answer nobody, and each caller is to hear the provider's own word.
    void mayNotUse(Deployment deployment, DeploymentState state, ProviderKey key, Failure failure, long now) {
        if (deployment.unrouted()) {
            return;
        }
        if (failure.noSuchModel()) {
            state.lacking().add(key.ref());
        } else {
            state.lacking().remove(key.ref());
        }
        states.keyed(scope(Scope.Kind.KEY_AT_MODEL, deployment, key), state)
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
}
