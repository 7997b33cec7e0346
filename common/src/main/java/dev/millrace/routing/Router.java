package dev.millrace.routing;

import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderKey;
import dev.millrace.routing.Picker.Candidate;
import dev.millrace.share.Shares;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Chooses the deployment and the key for the next attempt among those that can take it, and learns from how calls
/// end.
///
/// What is learnt is kept apart by whom it concerns, each in a breaker of its own: a provider, a model there, a key
/// or its account, a key or its account at a model. So one bad key does not close a provider, and one bad model
/// closes no other.
public final class Router {

    /// The next attempt's way.
    public sealed interface Choice {
        /// Holds a place there until it is ended, once: by [#succeeded], [#failed], [#rateLimited], [#released] or,
        /// where nothing was sent, [#declined].
        record Use(Deployment deployment, ProviderKey key, Place place) implements Choice {
            public Use(Deployment deployment, ProviderKey key) {
                this(deployment, key, Place.NONE);
            }
        }

        /// Every deployment that is left rests or is full; the first is back at `until`.
        record Resting(Instant until, Rest why) implements Choice {}

        /// Every deployment has been tried.
        record Exhausted() implements Choice {}
    }

    private final Clock clock;
    private final RateGate gate;
    private final States states;
    private final Keys keys;
    private final Candidates candidates;
    private final Picker picker;
    private final Lessons lessons;

    /// One that judges alone.
    public Router(Clock clock, RandomGenerator random) {
        this(clock, random, RateGate.OPEN, (breaker, open, until) -> {});
    }

    /// @param shares of the limits per minute
    /// @param hints tells the other processes
    public Router(Clock clock, RandomGenerator random, Shares shares, Hints hints) {
        this(clock, random, new KeyRates(shares), hints);
    }

    Router(Clock clock, RandomGenerator random, RateGate gate, Breaker.Listener listener) {
        this.clock = clock;
        this.gate = gate;
        this.states = new States(clock, random, listener);
        this.keys = new Keys(states, gate);
        this.candidates = new Candidates(states, keys);
        this.picker = new Picker(random);
        this.lessons = new Lessons(clock, gate, keys);
    }

    /// Makes what is known of all configured deployments, so that other processes' hints find it before the first
    /// call, and limits per minute are drawn before it.
    public void prepare(Routes routes) {
        routes.all().stream()
                .flatMap(route -> route.tiers().stream())
                .flatMap(List::stream)
                .forEach(deployment -> states.of(deployment).keep());
        for (var provider : routes.providers()) {
            states.of(provider);
            provider.keys().forEach(key -> gate.expect(provider, provider.pool().account(key)));
        }
    }

    /// Another process has seen a breaker open or close.
    void hinted(Hint hint) {
        long now = clock.millis();
        var found = states.find(hint.scope(), hint.open());
        if (found != null && hint.open()) {
            found.hinted(now + hint.left().toMillis(), now);
        } else if (found != null) {
            found.hintEnded();
        }
    }

    States states() {
        return states;
    }

    /// Takes a place at the deployment that comes next. Those of a tier are asked before those of the tiers behind
    /// it; but one that fails more of its calls than retries may make good is passed by for the model's others, as
    /// far as they can take them.
    ///
    /// @param tried deployments that this call has tried already
    public Choice choose(ModelRoute route, Set<Deployment> tried) {
        return choose(route, tried, Set.of());
    }

    /// As [#choose(ModelRoute, Set)], with keys that are not to be used again at a deployment. One that has no other
    /// is as one that was tried.
    public Choice choose(ModelRoute route, Set<Deployment> tried, Set<Called> called) {
        return choose(route, tried, called, Need.UNKNOWN, Room.ENDLESS);
    }

    /// As [#choose(ModelRoute, Set, Set)], for a call of which more is known.
    ///
    /// @param need where tokens per minute are limited, it takes as many as it may need
    /// @param room that its provider shares with others
    public Choice choose(ModelRoute route, Set<Deployment> tried, Set<Called> called, Need need, Room room) {
        long now = clock.millis();
        var asked = new Candidates.Asked(tried, called, need, room);
        var own = route.tiers().subList(0, route.own());
        var others = route.tiers().subList(route.own(), route.tiers().size());
        // Nobody is asked twice: a breaker in its ramp counts the questions.
        var looks = List.of(
                new Look(own, breaker -> !breaker.ails(now)),
                new Look(own, breaker -> breaker.ails(now)),
                new Look(others, breaker -> true));
        for (var look : looks) {
            for (var tier : look.tiers()) {
                var use = take(candidates.ready(asked, tier, look.whom(), now), route.choose(), room, now);
                if (use != null) {
                    return use;
                }
            }
        }
        return candidates.resting(route, asked, now);
    }

    private record Look(List<List<Deployment>> tiers, Predicate<Breaker> whom) {}

    /// @return null where none lets the call through
    private Choice.@Nullable Use take(List<Candidate> ready, ChooseBy by, Room room, long now) {
        while (!ready.isEmpty()) {
            var one = picker.pick(ready, by, now);
            var use = take(one, room, now);
            if (use != null) {
                return use;
            }
            ready.remove(one);
        }
        return null;
    }

    /// @return null where one of those concerned lets no call through, which is known only by asking
    private Choice.@Nullable Use take(Candidate one, Room room, long now) {
        var state = one.state();
        var provider = state.provider();
        if (!state.hasPlace() || !room.take(provider.provider().name())) {
            return null;
        }
        if (provider.places().tryAcquirePermission()) {
            int providerPhase = provider.breaker().tryAcquire(now);
            if (providerPhase != Breaker.REFUSED) {
                int phase = state.breaker().tryAcquire(now);
                if (phase != Breaker.REFUSED) {
                    var key = keys.take(one, now);
                    if (key != null) {
                        state.load().began();
                        state.retries().called(now);
                        long prompt = one.need().prompt();
                        var place =
                                new Place(state, room, providerPhase, phase, key.permits(), key.tokens(), prompt, now);
                        return new Choice.Use(one.deployment(), key.key(), place);
                    }
                    state.breaker().released(phase);
                }
                provider.breaker().released(providerPhase);
            }
            provider.places().onComplete();
        }
        room.give(provider.provider().name());
        return null;
    }

    /// Whether a call could be let through now. A mere question, which takes no place: the answer may be another by
    /// the time of [#choose].
    public boolean ready(ModelRoute route, Set<Deployment> tried) {
        return candidates.anyReady(route, tried, clock.millis());
    }

    /// When the first deployment is back, whether this call has tried it or not: the present for one that does not
    /// rest, and where there is none. Takes no place.
    ///
    /// @param need that a minute has to have left
    public Instant firstBack(ModelRoute route, Set<Deployment> without, Need need) {
        var asked = new Candidates.Asked(without, Set.of(), need, Room.ENDLESS);
        return candidates.firstBack(route, asked, clock.millis());
    }

    /// Whether all deployments have been tried, so that waiting for one that rests is of no use. Takes no place.
    public boolean exhausted(ModelRoute route, Set<Deployment> tried) {
        return candidates.exhausted(route, tried, clock.millis());
    }

    /// A call was refused for its rate: the key's account rests at that model, as long as was asked, or longer each
    /// time.
    public void rateLimited(Choice.Use use, Failure failure, Optional<Duration> retryAfter) {
        lessons.rateLimited(use, failure, retryAfter);
    }

    /// A call failed, for the reason in `failure`.
    public void failed(Choice.Use use, Failure failure) {
        failed(use, failure, Optional.empty());
    }

    /// As [#failed(Choice.Use, Failure)], with how long the provider asked to be left alone, if it asked.
    public void failed(Choice.Use use, Failure failure, Optional<Duration> retryAfter) {
        lessons.failed(use, failure, retryAfter);
    }

    /// A call has begun to answer: known earlier than how it ends, and enough for a breaker that waits for its
    /// probe. It goes on holding its place.
    ///
    /// @param latency to the first token
    public void answering(Choice.Use use, Duration latency) {
        lessons.answering(use, latency);
    }

    /// A call succeeded.
    ///
    /// @param tokens that it used, of the prompt and of the answer
    /// @param latency to the first token of a stream, to the end of an answer in one piece
    public void succeeded(Choice.Use use, long tokens, Duration latency) {
        lessons.succeeded(use, tokens, latency);
    }

    /// Notes what a call has used, in whichever way it then ends.
    ///
    /// @param tokens of the prompt and of the answer, as far as it has come
    public void used(Choice.Use use, long tokens) {
        use.place().used(tokens);
    }

    /// A call ended in a way that says nothing about the deployment: its caller went away, or the request itself was
    /// refused.
    public void released(Choice.Use use) {
        lessons.released(use);
    }

    /// Nothing was sent, so it was no call: it counts for no budget of retries, and what it took of a limit per
    /// minute is given back.
    public void declined(Choice.Use use) {
        lessons.declined(use);
    }

    /// A call was given up because another deployment, asked later, was faster. That says nothing about its
    /// breakers, and of its latency that it is longer: were the slowest calls forgotten, the p95 after which
    /// another is asked would fall with each of them.
    public void outrun(Choice.Use use, boolean streamed, Duration atLeast) {
        lessons.outrun(use, streamed, atLeast);
    }

    /// The deployments that can't take a request which was too long for one: all whose context is not known to be
    /// larger. For a call's `tried`.
    public Set<Deployment> tooSmall(ModelRoute route, Deployment failedAt) {
        var small = new HashSet<Deployment>();
        small.add(failedAt);
        for (var tier : route.tiers()) {
            for (var one : tier) {
                if (one.context() == 0 || one.context() <= failedAt.context()) {
                    small.add(one);
                }
            }
        }
        return small;
    }

    /// How long to wait for the first token, or for an answer in one piece, before a second deployment is asked too;
    /// empty where that is not wanted, or too little is known yet.
    public Optional<Duration> hedgeAfter(ModelRoute route, Deployment deployment, boolean streamed) {
        if (!route.chat().hedge() || route.kind() != ModelKind.CHAT) {
            return Optional.empty();
        }
        return states.of(deployment).load().p95(streamed);
    }
}
