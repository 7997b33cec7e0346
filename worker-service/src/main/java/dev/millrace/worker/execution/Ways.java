package dev.millrace.worker.execution;

import dev.millrace.job.JobKind;
import dev.millrace.routing.Called;
import dev.millrace.routing.Deployment;
import dev.millrace.routing.ModelRoute;
import dev.millrace.routing.Need;
import dev.millrace.routing.Room;
import dev.millrace.routing.Router;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// The places at deployments that this worker's jobs have taken. A place that is never given back would look like a
/// call under way for ever, so they are counted, and each run gives back what it still has when it ends. The slots of
/// a kind are room that its providers share: a job at none of them soon gives its slot back.
final class Ways {

    private final Router router;
    private final Map<JobKind, Room> slots;
    private final AtomicInteger open = new AtomicInteger();

    Ways(Router router, Map<JobKind, Room> slots, MeterRegistry meters) {
        this.router = router;
        this.slots = slots;
        meters.gauge("millrace.deployment.places", open);
    }

    /// @param lacking keys that are not to be used again at a deployment
    Router.Choice choose(JobKind kind, ModelRoute route, Set<Deployment> tried, Set<Called> lacking, Need need) {
        return router.choose(route, tried, lacking, need, slots.getOrDefault(kind, Room.ENDLESS));
    }

    /// A choice that nothing is made of.
    void decline(Router.Choice.Use use) {
        router.declined(use);
    }

    Instant firstBack(ModelRoute route, Set<Deployment> without, Need need) {
        return router.firstBack(route, without, need);
    }

    boolean exhausted(ModelRoute route, Set<Deployment> tried) {
        return router.exhausted(route, tried);
    }

    /// The deployments that can't take what was too long for one.
    Set<Deployment> tooSmall(ModelRoute route, Deployment failedAt) {
        return router.tooSmall(route, failedAt);
    }

    Way take(Router.Choice.Use use) {
        open.incrementAndGet();
        return new Way(router, use, open);
    }
}
