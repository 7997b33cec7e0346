package dev.millrace.api.call;

import dev.millrace.provider.Failure;
import dev.millrace.routing.Called;
import dev.millrace.routing.Deployment;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/// The deployments that a call has done with, and the keys with which it has asked others.
final class Passed {

    private final Set<Deployment> deployments = new HashSet<>();
    private final Set<Called> called = new HashSet<>();

    Set<Deployment> deployments() {
        return deployments;
    }

    Set<Called> called() {
        return called;
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
    void failed(Called at, Failure failure) {
        if (failure.scope() == Failure.Scope.KEY || failure.scope() == Failure.Scope.MODEL) {
            addWithThisKey(at);
        } else {
            add(at.deployment());
        }
    }

    void addWithThisKey(Called one) {
        called.add(one);
    }
}
