package dev.millrace.api.call;

import dev.millrace.provider.Failure;
import dev.millrace.routing.Deployment;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The deployments that a call has done with.
final class Passed {

    private final Set<Deployment> deployments = new HashSet<>();
    private final Map<Deployment, Integer> keysTried = new HashMap<>();

    Set<Deployment> deployments() {
        return deployments;
    }

    Set<Deployment> and(Deployment another) {
        var more = new HashSet<>(deployments);
        more.add(another);
        return more;
    }

    void add(Deployment one) {
        deployments.add(one);
    }

    void addAll(Collection<Deployment> some) {
        deployments.addAll(some);
    }

    /// Where the failure is the key's, the same deployment may still be asked with its other keys.
    void failed(Deployment at, Failure failure) {
        if (failure.scope() == Failure.Scope.KEY || failure.scope() == Failure.Scope.MODEL) {
            addWithThisKey(at);
        } else {
            add(at);
        }
    }

    void addWithThisKey(Deployment one) {
        int keys = keysTried.merge(one, 1, Integer::sum);
        if (keys >= one.provider().keys().size()) {
            add(one);
        }
    }
}
