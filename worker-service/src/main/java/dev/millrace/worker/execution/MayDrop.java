package dev.millrace.worker.execution;

import dev.millrace.job.ClaimedJob;
import dev.millrace.routing.ModelRoute;
import java.util.HashSet;
import java.util.Set;

/// The parameters that may be left out where a deployment does not have them.
final class MayDrop {

    private MayDrop() {}

    /// What the route lets go, and the caller.
    static Set<String> of(ClaimedJob job, ModelRoute route) {
        var names = new HashSet<>(route.chat().drop());
        names.addAll(job.mayDrop());
        return Set.copyOf(names);
    }
}
