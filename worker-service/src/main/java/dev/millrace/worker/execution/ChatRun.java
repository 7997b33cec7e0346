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
        while (true) {
            if (running.cancelled()) {
                attempting.cancelled(Optional.empty());
                return;
            }
            var next = attempting.next();
            // A lease that can't be renewed for a while is waited for; one that is lost means that the job was taken
            // back, here or elsewhere.
            if (next.isEmpty() || !lease.awaitStart(job.lease().worker()) || running.handedBack()) {
                return;
            }
            if (!call(running, call, next.get(), route, attempting)) {
                return;
            }
        }
    }

    /// @return whether another attempt may follow
    private boolean call(RunningJob running, ChatCall call, Way way, ModelRoute route, Attempting attempting) {
        var adapter = adapters.chat(way.deployment().provider().type()).orElseThrow();
        var rules = route.chat();
        var target = way.deployment().target(way.key(), rules.queued(mostDeadline), rules.connect());
        running.calls(attempting.begin(way));
        var outcome = adapter.complete(target, call.telling(running::leavesWithout));
        var made = running.call();
        running.callEnded();
        if (running.handedBack()) {
            return false;
        }
        if (running.cancelled() && !(outcome instanceof ProviderOutcome.Succeeded)) {
            attempting.cancelled(Optional.of(Reports.ended(made, AttemptStatus.ABANDONED, "cancelled")));
            return false;
        }
        return switch (outcome) {
            case ProviderOutcome.Succeeded(var answer) -> {
                attempting.succeeded(way, made, answer);
                yield false;
            }
            case ProviderOutcome.Terminal(var failure) -> attempting.mayMove(way, made, failure);
            case ProviderOutcome.Retryable(var failure, var _) -> attempting.mayFollow(way, made, outcome, failure);
            case ProviderOutcome.RateLimited(var failure, var _) -> attempting.mayFollow(way, made, outcome, failure);
            case ProviderOutcome.Unfit unfit -> {
                attempting.unfit(way, made, unfit);
                yield true;
            }
            case ProviderOutcome.Accepted accepted -> throw new IllegalStateException("A chat call is not parked");
            case ProviderOutcome.Indeterminate unknown ->
                throw new IllegalStateException("A chat call may be repeated");
            case ProviderOutcome.Withheld withheld -> throw new IllegalStateException("A chat call has no check");
        };
    }
}
