package dev.millrace.worker.execution;

import dev.millrace.job.AttemptStatus;
import dev.millrace.provider.Adapters;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.routing.ModelRoute;
import dev.millrace.worker.lease.LeaseKeeper;
import java.time.Duration;
import java.util.Optional;

/// Runs a chat job: attempt after attempt until one answers, none is left, or the lease is over.
final class ChatRun {

    private final Adapters adapters;
    private final LeaseKeeper lease;
    private final Duration mostDeadline;

    ChatRun(Adapters adapters, LeaseKeeper lease, Duration mostDeadline) {
        this.adapters = adapters;
        this.lease = lease;
        this.mostDeadline = mostDeadline;
    }

    void run(RunningJob running, ModelRoute route, Attempting attempting) {
        var job = running.job();
        var call = new ChatCall(job.request(), job.model(), MayDrop.of(job, route), false);
        var deadline = route.chat().queued(mostDeadline);
        while (true) {
            if (running.cancelled()) {
                attempting.cancelled(Optional.empty());
                return;
            }
            var next = attempting.next();
            // A lease that is over means that the job is taken back, here or elsewhere.
            if (next.isEmpty() || !lease.mayStart(job.lease().worker())) {
                return;
            }
            if (!call(running, call, next.get(), deadline, attempting)) {
                return;
            }
        }
    }

    /// @return whether another attempt may follow
    private boolean call(RunningJob running, ChatCall call, Way way, Duration deadline, Attempting attempting) {
        var adapter = adapters.chat(way.deployment().provider().type()).orElseThrow();
        var target = way.deployment().target(way.key(), deadline);
        var started = attempting.begin(way);
        running.calls(started);
        var outcome = adapter.complete(target, call);
        running.callEnded();
        if (running.cancelled() && !(outcome instanceof ProviderOutcome.Succeeded)) {
            attempting.cancelled(Optional.of(Reports.ended(started, AttemptStatus.ABANDONED, "cancelled")));
            return false;
        }
        return switch (outcome) {
            case ProviderOutcome.Succeeded(var answer) -> {
                attempting.succeeded(way, started, answer);
                yield false;
            }
            case ProviderOutcome.Terminal(var failure) -> attempting.mayMove(way, started, failure);
            case ProviderOutcome.Retryable(var failure) -> attempting.mayFollow(way, started, outcome, failure);
            case ProviderOutcome.RateLimited(var failure, var _) ->
                attempting.mayFollow(way, started, outcome, failure);
            case ProviderOutcome.Unfit unfit -> {
                attempting.unfit(way, started, unfit);
                yield true;
            }
            case ProviderOutcome.Accepted accepted -> throw new IllegalStateException("A chat call is not parked");
            case ProviderOutcome.Indeterminate unknown ->
                throw new IllegalStateException("A chat call may be repeated");
            case ProviderOutcome.Withheld withheld -> throw new IllegalStateException("A chat call has no check");
        };
    }
}
