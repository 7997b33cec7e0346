package dev.millrace.routing;

import dev.millrace.provider.ProviderKey;
import dev.millrace.routing.Picker.Candidate;
import dev.millrace.routing.Router.Choice;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// The deployments of a route that are left to a call: which could take it now, when the others are back, and why they
/// rest. Only looks: no place is taken, and nothing is learnt.
final class Candidates {

    private static final long SHORT_MILLIS = 100;

    /// What is asked for, beside the route.
    record Asked(Set<Deployment> tried, Set<Called> called, Need need, Room room) {

        static Asked without(Set<Deployment> tried) {
            return new Asked(tried, Set.of(), Need.UNKNOWN, Room.ENDLESS);
        }
    }

    private final States states;
    private final Keys keys;

    Candidates(States states, Keys keys) {
        this.states = states;
        this.keys = keys;
    }

    /// Those of a tier that a call could be let through to now.
    ///
    /// @param whom of them it is asked of
    List<Candidate> ready(Asked asked, List<Deployment> tier, Predicate<Breaker> whom, long now) {
        var ready = new ArrayList<Candidate>(tier.size());
        for (var one : left(asked, tier, now)) {
            if (backAt(one, asked.room(), now) == 0 && whom.test(one.state().breaker())) {
                ready.add(one);
            }
        }
        return ready;
    }

    /// What a call is told that none can take now.
    Choice resting(ModelRoute route, Asked asked, long now) {
        long firstBack = Long.MAX_VALUE;
        for (var tier : route.tiers()) {
            for (var one : left(asked, tier, now)) {
                long back = backAt(one, asked.room(), now);
                firstBack = Math.min(firstBack, back == 0 ? now + SHORT_MILLIS : back);
            }
        }
        return firstBack == Long.MAX_VALUE
                ? new Choice.Exhausted()
                : new Choice.Resting(Instant.ofEpochMilli(firstBack), why(route, asked, now));
    }

    private Rest why(ModelRoute route, Asked asked, long now) {
        var reasons = EnumSet.noneOf(Rest.class);
        for (var tier : route.tiers()) {
            left(asked, tier, now).forEach(one -> reasons.add(why(one, asked.room(), now)));
        }
        return Rest.of(reasons);
    }

    private Rest why(Candidate one, Room room, long now) {
        var state = one.state();
        boolean keyRests = state.breaker().backAt(now) == 0
                && state.provider().breaker().backAt(now) == 0
                && hasPlace(one, room)
                && (keys.backAt(one, now) > 0
                        || state.breaker().isIdle(now)
                                && state.provider().breaker().isIdle(now));
        return keyRests ? keys.why(one, now) : Rest.OTHER;
    }

    boolean anyReady(ModelRoute route, Set<Deployment> tried, long now) {
        for (var tier : route.tiers()) {
            for (var one : left(Asked.without(tried), tier, now)) {
                if (backAt(one, Room.ENDLESS, now) == 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /// The present where none rests, and where there is none.
    Instant firstBack(ModelRoute route, Asked asked, long now) {
        long first = route.tiers().stream()
                .flatMap(tier -> left(asked, tier, now).stream())
                .mapToLong(one -> Math.max(now, backAt(one, Room.ENDLESS, now)))
                .min()
                .orElse(now);
        return Instant.ofEpochMilli(first);
    }

    boolean exhausted(ModelRoute route, Set<Deployment> tried, long now) {
        return route.tiers().stream()
                .allMatch(tier -> left(Asked.without(tried), tier, now).isEmpty());
    }

    private List<Candidate> left(Asked asked, List<Deployment> tier, long now) {
        var tried = asked.tried();
        var left = new ArrayList<Candidate>(tier.size());
        for (var deployment : tier) {
            if ((tried.isEmpty() || !tried.contains(deployment)) && !isRetired(deployment, now)) {
                var keys = keysLeft(deployment, asked.called());
                if (!keys.isEmpty()) {
                    left.add(new Candidate(deployment, states.of(deployment), keys, asked.need()));
                }
            }
        }
        return left;
    }

    private static List<ProviderKey> keysLeft(Deployment deployment, Set<Called> called) {
        var keys = deployment.provider().keys();
        return called.isEmpty()
                ? keys
                : keys.stream()
                        .filter(key -> !called.contains(new Called(deployment, key.ref())))
                        .toList();
    }

    private static boolean isRetired(Deployment deployment, long now) {
        return deployment.shutdown().isPresent()
                && deployment.isRetired(LocalDate.ofInstant(Instant.ofEpochMilli(now), ZoneOffset.UTC));
    }

    /// When a deployment is back, with a key to call it with: 0 for now.
    private long backAt(Candidate one, Room room, long now) {
        var state = one.state();
        long back =
                Math.max(state.breaker().backAt(now), state.provider().breaker().backAt(now));
        if (!hasPlace(one, room)) {
            back = Math.max(back, now + SHORT_MILLIS);
        }
        return Math.max(back, keys.backAt(one, now));
    }

    private static boolean hasPlace(Candidate one, Room room) {
        return one.state().hasPlace() && room.has(one.deployment().provider().name());
    }
}
