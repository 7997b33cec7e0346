package dev.millrace.model;

import dev.millrace.job.Ending;
import dev.millrace.job.JobId;
import dev.millrace.job.Lease;
import dev.millrace.render.FollowedRender;
import dev.millrace.render.Holds.Held;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// What the words of the design say about renders: answers to creates, the steps of who follows, and what an operator
/// says of a held job.
final class ModelRenders {

    private record Owner(JobId job, int attempt) {}

    private final Model model;
    private final Map<String, Owner> operations = new LinkedHashMap<>();

    ModelRenders(Model model) {
        this.model = model;
    }

    List<String> operations() {
        return List.copyOf(operations.keySet());
    }

    // The answer to a create.

    void answered(Lease lease, int number, String operation) {
        var job = model.job(lease.job());
        if (job.heldBy(lease.worker(), lease.epoch())) {
            job.owner = null;
            job.event("rendering");
        }
        if (job.accept(number, operation)) {
            operations.putIfAbsent(operation, new Owner(job.id, number));
            int epoch = job.release(number) ? job.epoch : lease.epoch();
            job.follow(number, operation, epoch);
        }
        job.endIfCancelled();
    }

    void unanswered(Lease lease, int number) {
        var job = model.job(lease.job());
        if (job.heldBy(lease.worker(), lease.epoch())) {
            job.owner = null;
            job.event("indeterminate");
        }
        if (job.settle(number, "indeterminate", Set.of("started"))) {
            job.renders.putIfAbsent(number, new ModelJob.Render("lookup", lease.epoch()));
        }
    }

    // Following.

    void follow(FollowedRender render, UUID worker) {
        var known = Objects.requireNonNull(model.job(render.job()).renders.get(render.attempt()));
        known.claimedBy = worker;
        known.claimNo++;
    }

    boolean follows(FollowedRender render) {
        var known = model.job(render.job()).renders.get(render.attempt());
        return known != null && known.claimNo == render.claimNo();
    }

    private ModelJob.Render followed(FollowedRender render) {
        return Objects.requireNonNull(model.job(render.job()).renders.get(render.attempt()));
    }

    void postpone(FollowedRender render) {
        if (follows(render)) {
            followed(render).claimedBy = null;
        }
    }

    void startFetch(FollowedRender render) {
        if (follows(render)) {
            followed(render).phase = "fetch";
        }
    }

    boolean adopt(FollowedRender render, String operation) {
        var job = model.job(render.job());
        var mine = new Owner(render.job(), render.attempt());
        if (!follows(render) || !operations.getOrDefault(operation, mine).equals(mine)) {
            return false;
        }
        operations.put(operation, mine);
        var known = followed(render);
        known.phase = "poll";
        known.operation = operation;
        known.claimedBy = null;
        if (job.settle(render.attempt(), "accepted", Set.of("indeterminate"))) {
            Objects.requireNonNull(job.record.get(render.attempt())).operation = operation;
        }
        job.endIfCancelled();
        return true;
    }

    void hold(FollowedRender render) {
        if (!follows(render)) {
            return;
        }
        var job = model.job(render.job());
        job.renders.remove(render.attempt());
        if (job.running(render.epoch()) && !job.cancelRequested) {
            job.heldAttempt = render.attempt();
            job.event("held");
        } else {
            job.settle(render.attempt(), "abandoned", Set.of("indeterminate"));
            model.end(Ending.cancelled(job.id, render.epoch(), Optional.empty()));
        }
    }

    void tryAgain(FollowedRender render, String status, boolean counts) {
        if (!follows(render)) {
            return;
        }
        var job = model.job(render.job());
        job.renders.remove(render.attempt());
        job.settleOpen(render.attempt(), status);
        if (!model.requeue(job.id, render.epoch(), true, counts, Optional.empty())) {
            model.end(Ending.cancelled(job.id, render.epoch(), Optional.empty()));
        }
    }

    void finish(FollowedRender render, String status, Ending ending, boolean withFile) {
        if (!follows(render)) {
            return;
        }
        var job = model.job(render.job());
        job.renders.remove(render.attempt());
        job.settleOpen(render.attempt(), status);
        if (withFile) {
            job.assets.add(render.attempt());
        }
        model.end(ending);
    }

    // An operator's answers.

    String made(Held held, String operation) {
        var job = model.job(held.job());
        if (job.heldAttempt == null || job.heldAttempt != held.attempt()) {
            return "NotHeld";
        }
        var mine = new Owner(held.job(), held.attempt());
        if (!operations.getOrDefault(operation, mine).equals(mine)) {
            return "OperationTaken";
        }
        job.release(held.attempt());
        operations.put(operation, mine);
        job.accept(held.attempt(), operation);
        job.follow(held.attempt(), operation, job.epoch);
        return "Resolved";
    }

    String notMade(Held held) {
        var job = model.job(held.job());
        if (!job.release(held.attempt())) {
            return "NotHeld";
        }
        job.settleOpen(held.attempt(), "failed");
        model.requeue(job.id, job.epoch, true, false, Optional.empty());
        return "Resolved";
    }

    String giveUp(Held held) {
        var job = model.job(held.job());
        if (!job.release(held.attempt())) {
            return "NotHeld";
        }
        job.settle(held.attempt(), "abandoned", Set.of("indeterminate"));
        job.end("failed");
        return "Resolved";
    }
}
