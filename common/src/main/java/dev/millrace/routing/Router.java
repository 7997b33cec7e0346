package dev.millrace.routing;

import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/// Chooses the deployment and the key for the next attempt, by weight among those that are not resting; and
/// remembers who rests, and why.
///
/// Rests are kept apart by whom an answer concerned: a rate limit or a bad key rests that key (at that model), a
/// missing model that model, an error of the provider only that deployment for a moment.
public final class Router {

    private static final Duration SHORT_REST = Duration.ofSeconds(1);
    private static final Duration RATE_LIMITED = Duration.ofSeconds(5);
    private static final Duration SET_ASIDE = Duration.ofMinutes(5);

    /// The next attempt's way.
    public sealed interface Choice {
        /// Holds a place there until it is ended, once: by [#succeeded], [#failed], [#rateLimited] or [#released].
        record Use(Deployment deployment, ProviderKey key) implements Choice {}

        /// Every deployment that is left rests; the first is back at `until`.
        record Resting(Instant until) implements Choice {}

        /// Every deployment has been tried.
        record Exhausted() implements Choice {}
    }

    private final Clock clock;
    private final RandomGenerator random;
    private final Map<String, Instant> rests = new ConcurrentHashMap<>();

    public Router(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /// @param tried deployments that this call has tried already
    public Choice choose(ModelRoute route, Set<Deployment> tried) {
        var now = clock.instant();
        var firstBack = Instant.MAX;
        for (var tier : route.tiers()) {
            var left = tier.stream().filter(one -> !tried.contains(one)).toList();
            var ready = left.stream().filter(one -> backAt(one, now).isEmpty()).toList();
            if (!ready.isEmpty()) {
                var deployment = byWeight(ready);
                return new Choice.Use(deployment, readyKey(deployment, now));
            }
            for (var resting : left) {
                var back = backAt(resting, now).orElse(now);
                firstBack = back.isBefore(firstBack) ? back : firstBack;
            }
        }
        return firstBack.equals(Instant.MAX) ? new Choice.Exhausted() : new Choice.Resting(firstBack);
    }

    /// When a resting deployment is back, with a key to call it with; empty if it is ready.
    private Optional<Instant> backAt(Deployment deployment, Instant now) {
        return later(until(name(deployment), now), firstKeyBackAt(deployment, now));
    }

    private Optional<Instant> firstKeyBackAt(Deployment deployment, Instant now) {
        Instant first = Instant.MAX;
        for (var key : deployment.provider().keys()) {
            var back = keyBackAt(deployment, key, now);
            if (back.isEmpty()) {
                return Optional.empty();
            }
            first = back.get().isBefore(first) ? back.get() : first;
        }
        return Optional.of(first);
    }

    private Optional<Instant> keyBackAt(Deployment deployment, ProviderKey key, Instant now) {
        return later(until(name(deployment.provider(), key), now), until(name(deployment, key), now));
    }

    private static Optional<Instant> later(Optional<Instant> one, Optional<Instant> other) {
        return one.isPresent() && (other.isEmpty() || one.get().isAfter(other.get())) ? one : other;
    }

    private Optional<Instant> until(String who, Instant now) {
        var until = rests.get(who);
        if (until == null) {
            return Optional.empty();
        }
        if (!until.isAfter(now)) {
            rests.remove(who, until);
            return Optional.empty();
        }
        return Optional.of(until);
    }

    private Deployment byWeight(List<Deployment> deployments) {
        int total = deployments.stream().mapToInt(Deployment::weight).sum();
        int drawn = random.nextInt(total);
        for (var deployment : deployments) {
            drawn -= deployment.weight();
            if (drawn < 0) {
                return deployment;
            }
        }
        throw new IllegalStateException("Weights are positive");
    }

    private ProviderKey readyKey(Deployment deployment, Instant now) {
        var ready = new ArrayList<ProviderKey>();
        for (var key : deployment.provider().keys()) {
            if (keyBackAt(deployment, key, now).isEmpty()) {
                ready.add(key);
            }
        }
        // A key may have begun to rest since the deployment was found ready: this call is then among its last.
        var keys = ready.isEmpty() ? deployment.provider().keys() : ready;
        return keys.get(random.nextInt(keys.size()));
    }

    /// A call was refused for its rate.
    public void rateLimited(Choice.Use use, Failure failure, Optional<Duration> retryAfter) {
        rest(name(use.deployment(), use.key()), retryAfter.orElse(RATE_LIMITED));
    }

    /// A call failed, for the reason in `failure`.
    public void failed(Choice.Use use, Failure failure) {
        switch (failure.scope()) {
            case KEY -> rest(name(use.deployment().provider(), use.key()), SET_ASIDE);
            case MODEL -> rest(name(use.deployment(), use.key()), SET_ASIDE);
            case PROVIDER -> rest(name(use.deployment()), SHORT_REST);
            case REQUEST -> {
                // The request's own fault rests nobody.
            }
        }
    }

    /// A call succeeded: what rested the deployment is over.
    ///
    /// @param tokens that it used, of the prompt and of the answer
    /// @param latency to the first token of a stream, to the end of an answer in one piece
    public void succeeded(Choice.Use use, long tokens, Duration latency) {
        if (!rests.isEmpty()) {
            rests.remove(name(use.deployment()));
        }
    }

    /// A call ended in a way that says nothing about the deployment: its caller went away, it was not sent, or the
    /// request itself was refused.
    public void released(Choice.Use use) {}

    private void rest(String who, Duration rest) {
        var until = clock.instant().plus(rest);
        rests.merge(who, until, (before, now) -> before.isAfter(now) ? before : now);
    }

    private static String name(Deployment deployment) {
        return deployment.name();
    }

    private static String name(Deployment deployment, ProviderKey key) {
        return deployment.name() + " " + key.ref();
    }

    private static String name(Provider provider, ProviderKey key) {
        return provider.name() + " " + key.ref();
    }
}
