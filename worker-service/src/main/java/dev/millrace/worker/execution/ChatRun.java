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
    private final Duration deadline;

    ChatRun(Adapters adapters, LeaseKeeper lease, Duration deadline) {
        this.adapters = adapters;
        this.lease = lease;
        this.deadline = deadline;
    }

    void run(RunningJob running, ModelRoute route, Attempting attempting) {
        var job = running.job();
        while (true) {
            if (running.cancelled()) {
                attempting.cancelled(Optional.empty());
                return;
            }
            if (!lease.mayStart(job.lease().worker())) {
                // The job is taken back, here or elsewhere.
                return;
            }
            var way = attempting.next();
            if (way.isEmpty()) {
                return;
            }
            var provider = way.get().deployment().provider();
            var adapter = adapters.chat(provider.type()).orElseThrow();
            var target = way.get().deployment().target(way.get().key(), deadline);
            var started = attempting.begin(way.get());
            running.calls(started);
            var outcome = adapter.complete(target, ChatCall.whole(job.request(), job.model()));
            running.callEnded();
            if (running.cancelled() && !(outcome instanceof ProviderOutcome.Succeeded)) {
                attempting.cancelled(Optional.of(Reports.ended(started, AttemptStatus.ABANDONED, "cancelled")));
                return;
            }
            switch (outcome) {
                case ProviderOutcome.Succeeded(var answer) -> {
                    attempting.succeeded(way.get(), started, answer);
                    return;
                }
                case ProviderOutcome.Terminal(var failure) -> {
                    attempting.refused(started, failure);
                    return;
                }
                case ProviderOutcome.Retryable retryable -> {
                    if (!attempting.mayFollow(way.get(), started, retryable)) {
                        return;
                    }
                }
                case ProviderOutcome.RateLimited limited -> {
                    if (!attempting.mayFollow(way.get(), started, limited)) {
                        return;
                    }
                }
                case ProviderOutcome.Unfit unfit -> {
                    if (!attempting.mayFollowUnfit(way.get(), started, unfit)) {
                        return;
                    }
                }
                case ProviderOutcome.Accepted accepted -> throw new IllegalStateException("A chat call is not parked");
                case ProviderOutcome.Indeterminate unknown ->
                    throw new IllegalStateException("A chat call may be repeated");
                case ProviderOutcome.Withheld withheld -> throw new IllegalStateException("A chat call has no check");
            }
        }
    }
}
