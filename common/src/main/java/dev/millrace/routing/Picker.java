package dev.millrace.routing;

import dev.millrace.provider.ProviderKey;
import java.util.List;
import java.util.random.RandomGenerator;

/// Picks one of the deployments that can take a call.
final class Picker {

    /// A weighted draw passes by a deployment with so many calls under way, ...
    private static final int CROWDED = 16;
    /// ... and so many times more than the idlest, for its weight.
    private static final int TIMES = 4;

    /// A deployment, what is known of it, the keys that it may be called with, and what the call needs.
    record Candidate(Deployment deployment, DeploymentState state, List<ProviderKey> keys, Need need) {

        double perWeight() {
            return (double) (state.load().outstanding() + 1) / deployment.weight();
        }
    }

    private final RandomGenerator random;

    Picker(RandomGenerator random) {
        this.random = random;
    }

    Candidate pick(List<Candidate> from, ChooseBy by, long now) {
        if (from.size() == 1) {
            return from.getFirst();
        }
        return switch (by) {
            case WEIGHTED -> notCrowded(from);
            case LEAST_OUTSTANDING -> idlest(from);
            case LOWEST_LATENCY -> betterOfTwo(from, now);
        };
    }

    /// By weight, but not where calls pile up, as at a deployment that hangs.
    private Candidate notCrowded(List<Candidate> from) {
        var drawn = byWeight(from);
        if (drawn.state().load().outstanding() < CROWDED) {
            return drawn;
        }
        var idlest = idlest(from);
        return drawn.perWeight() > TIMES * idlest.perWeight() ? idlest : drawn;
    }

    private Candidate byWeight(List<Candidate> from) {
        int total = 0;
        for (var one : from) {
            total += one.deployment().weight();
        }
        int drawn = random.nextInt(total);
        for (var one : from) {
            drawn -= one.deployment().weight();
            if (drawn < 0) {
                return one;
            }
        }
        throw new IllegalStateException("Weights are positive");
    }

    /// Among equals any, so that the first in the list is not the favourite of every process.
    private Candidate idlest(List<Candidate> from) {
        int start = random.nextInt(from.size());
        var best = from.get(start);
        for (int i = 1; i < from.size(); i++) {
            var other = from.get((start + i) % from.size());
            if (other.perWeight() < best.perWeight()) {
                best = other;
            }
        }
        return best;
    }

    private Candidate betterOfTwo(List<Candidate> from, long now) {
        int one = random.nextInt(from.size());
        int other = random.nextInt(from.size() - 1);
        other = other >= one ? other + 1 : other;
        return cost(from.get(one), now) <= cost(from.get(other), now) ? from.get(one) : from.get(other);
    }

    private static double cost(Candidate one, long now) {
        return one.state().load().cost(now) / one.deployment().weight();
    }
}
