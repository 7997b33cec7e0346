package dev.millrace.worker.execution;

import dev.millrace.job.AttemptNotes;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.ClaimedJob;
import dev.millrace.provider.Adapters;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.render.Operation;
import dev.millrace.render.RenderStore;
import dev.millrace.routing.ModelRoute;
import dev.millrace.settings.RenderSettings;
import dev.millrace.worker.lease.LeaseKeeper;
import java.util.List;
import java.util.Optional;

/// Runs a video job up to the provider's answer to the create: intent, create, operation, parked. What follows is the
/// follower's. A create whose answer is lost is never followed by another here.
final class VideoRun {

    private final Adapters adapters;
    private final LeaseKeeper lease;
    private final RenderStore renders;
    private final Settler settler;
    private final RenderSettings settings;

    VideoRun(Adapters adapters, LeaseKeeper lease, RenderStore renders, Settler settler, RenderSettings settings) {
        this.adapters = adapters;
        this.lease = lease;
        this.renders = renders;
        this.settler = settler;
        this.settings = settings;
    }

    void run(RunningJob running, ModelRoute route, Attempting attempting) {
        var job = running.job();
        while (true) {
            if (running.cancelled()) {
                attempting.cancelled(Optional.empty());
                return;
            }
            var way = attempting.next();
            if (way.isEmpty() || !lease.awaitStart(job.lease().worker()) || running.handedBack()) {
                return;
            }
            var intent = attempting.begin(way.get());
            if (!settler.note(new AttemptNotes.Note(job.lease(), intent))) {
                // Lost, or asked to end; only the latter is ours to write.
                attempting.cancelled(Optional.of(Reports.ended(intent, AttemptStatus.FAILED, "withheld")));
                return;
            }
            // The intent may have waited for the database for longer than the lease lasted.
            if (!lease.awaitStart(job.lease().worker())) {
                return;
            }
            if (!create(running, route, way.get(), intent, attempting)) {
                return;
            }
        }
    }

    /// What is left out belongs to the intent, and is known only now. It goes on record before the first byte too:
    /// whatever comes of the create, it was made without.
    ///
    /// @return false if the job may not go on
    private boolean noted(ClaimedJob job, AttemptReport intent, List<String> dropped) {
        return dropped.isEmpty() || settler.note(new AttemptNotes.Note(job.lease(), intent.dropping(dropped)));
    }

    /// Whether the job is this worker's still.
    private boolean mayStart(RunningJob running) {
        return !running.handedBack() && lease.mayStart(running.job().lease().worker());
    }

    /// @return whether another attempt may follow
    private boolean create(RunningJob running, ModelRoute route, Way way, AttemptReport intent, Attempting attempting) {
        var job = running.job();
        var provider = way.deployment().provider();
        var adapter = adapters.video(provider.type()).orElseThrow();
        var target = way.deployment()
                .target(way.key(), settings.createDeadline(), route.render().connect());
        running.calls(intent);
        var outcome = adapter.create(
                target,
                job.request(),
                MayDrop.of(job, route),
                dropped -> noted(job, intent, dropped) && mayStart(running) && !running.cancelled());
        running.callEnded();
        if (running.handedBack() && !(outcome instanceof ProviderOutcome.Accepted)) {
            return false;
        }
        return switch (outcome) {
            case ProviderOutcome.Accepted accepted -> {
                way.succeeded(0, attempting.since(intent));
                accepted(running, route, way, intent, accepted);
                yield false;
            }
            case ProviderOutcome.Indeterminate(var failure) -> {
                way.failed(outcome, failure);
                var report = Reports.failed(intent, AttemptStatus.INDETERMINATE, failure);
                settler.insist(
                        () -> {
                            renders.indeterminate(
                                    job.lease(),
                                    report,
                                    provider.name(),
                                    way.deployment().model(),
                                    way.key().ref(),
                                    settings.lookupEvery(),
                                    settings.arrivalWindow());
                            return true;
                        },
                        new boolean[1]);
                settler.changed(job.id());
                yield false;
            }
            case ProviderOutcome.Withheld nothingSent -> {
                way.declined();
                var withheld = Reports.ended(intent, AttemptStatus.FAILED, "withheld");
                if (running.cancelled()) {
                    attempting.cancelled(Optional.of(withheld));
                } else {
                    attempting.withheld(withheld);
                }
                yield false;
            }
            case ProviderOutcome.Terminal(var failure) -> {
                way.released();
                attempting.refused(intent, failure);
                yield false;
            }
            case ProviderOutcome.Retryable(var failure, var _) -> attempting.mayFollow(way, intent, outcome, failure);
            case ProviderOutcome.RateLimited(var failure, var _) -> attempting.mayFollow(way, intent, outcome, failure);
            case ProviderOutcome.Unfit unfit -> attempting.mayFollowUnfit(way, intent, unfit);
            case ProviderOutcome.Succeeded succeeded -> throw new IllegalStateException("A render is accepted first");
        };
    }

    /// Written whoever holds the job by now: the operation is what was paid for.
    private void accepted(
            RunningJob running, ModelRoute route, Way way, AttemptReport intent, ProviderOutcome.Accepted accepted) {
        var lease = running.job().lease();
        var report = new AttemptReport(
                        intent.number(),
                        AttemptStatus.ACCEPTED,
                        intent.provider(),
                        intent.model(),
                        intent.keyRef(),
                        intent.startedAt(),
                        "accepted",
                        null,
                        null,
                        accepted.httpStatus().orElse(null),
                        accepted.requestId().orElse(null),
                        null,
                        null,
                        null)
                .dropping(accepted.dropped());
        var operation = new Operation(
                way.deployment().provider().name(),
                way.deployment().model(),
                way.key().ref(),
                accepted.operationId());
        var ended = settler.insist(
                () -> renders.accepted(
                        lease,
                        report,
                        operation,
                        accepted.pollAfter(),
                        route.render().timeout(),
                        lease.worker()),
                new boolean[1]);
        settler.tell(lease.job(), ended);
    }
}
