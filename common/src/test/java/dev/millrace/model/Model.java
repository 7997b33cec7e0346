package dev.millrace.model;

import dev.millrace.job.AttemptReport;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.Lease;
import dev.millrace.render.FollowedRender;
import dev.millrace.render.Holds.Held;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/// What the words of the design say about jobs, attempts, leases and renders, in plain collections.
final class Model {

    private static final int MOST_TAKE_BACKS = 3;

    private record Owner(JobId job, int attempt) {}

    final Map<JobId, ModelJob> jobs = new LinkedHashMap<>();
    final Set<UUID> alive = new LinkedHashSet<>();
    /// Not heard for longer than a lease, but not declared lost yet.
    final Set<UUID> silent = new LinkedHashSet<>();
    /// Declared lost, or gone in order.
    final Set<UUID> lost = new LinkedHashSet<>();

    private final Map<String, Owner> operations = new LinkedHashMap<>();

    ModelJob job(JobId id) {
        return Objects.requireNonNull(jobs.get(id));
    }

    List<String> operations() {
        return List.copyOf(operations.keySet());
    }

    List<ModelJob> all(Predicate<ModelJob> which) {
        return jobs.values().stream().filter(which).toList();
    }

    void claimed(ClaimedJob claim) {
        var job = job(claim.id());
        job.place = "run";
        job.epoch++;
        job.owner = claim.lease().worker();
        job.event("running");
    }

    // Settling, by the holder of a lease.

    boolean end(Ending ending) {
        var job = job(ending.job());
        if (!job.running(ending.epoch())) {
            return false;
        }
        write(job, ending.attempt());
        end(job, ending.status().word());
        return true;
    }

    private static void end(ModelJob job, String status) {
        job.place = job.cancelRequested ? "cancelled" : status;
        job.owner = null;
        job.heldAttempt = null;
        job.event(job.place);
    }

    boolean requeue(JobId id, int epoch, boolean due, boolean counts, Optional<AttemptReport> attempt) {
        var job = job(id);
        if (!job.running(epoch) || job.cancelRequested) {
            return false;
        }
        write(job, attempt);
        job.place = "backlog";
        job.owner = null;
        job.due = due;
        if (counts) {
            job.takeBacks = 0;
        }
        job.event("queued");
        return true;
    }

    boolean note(Lease lease, AttemptReport attempt) {
        var job = job(lease.job());
        if (!job.heldBy(lease.worker(), lease.epoch())) {
            return false;
        }
        write(job, Optional.of(attempt));
        return !job.cancelRequested;
    }

    private static void write(ModelJob job, Optional<AttemptReport> report) {
        report.ifPresent(attempt -> {
            job.attempts = Math.max(job.attempts, attempt.number());
            var known = job.record.computeIfAbsent(attempt.number(), number -> new ModelJob.Attempt("started"));
            if (known.status.equals("started")) {
                known.status = attempt.status().word();
            }
        });
    }

    // Cancelling.

    String cancel(JobId id) {
        var job = job(id);
        if (job.ended()) {
            return "TooLate";
        }
        if (!job.running() || job.owner == null && !job.lookedUp()) {
            if (job.heldAttempt != null) {
                settle(job, job.heldAttempt, "abandoned", Set.of("indeterminate"));
            }
            end(job, "cancelled");
            return "Done";
        }
        job.cancelRequested = true;
        return "Marked";
    }

    private static void endIfCancelled(ModelJob job) {
        if (job.running() && job.owner == null && job.cancelRequested && !job.lookedUp()) {
            end(job, "cancelled");
        }
    }

    // The answer to a create.

    void answered(Lease lease, int number, String operation) {
        var job = job(lease.job());
        if (job.heldBy(lease.worker(), lease.epoch())) {
            job.owner = null;
            job.event("rendering");
        }
        if (accept(job, number, operation)) {
            operations.putIfAbsent(operation, new Owner(job.id, number));
            int epoch = release(job, number) ? job.epoch : lease.epoch();
            follow(job, number, operation, epoch);
        }
        endIfCancelled(job);
    }

    void unanswered(Lease lease, int number) {
        var job = job(lease.job());
        if (job.heldBy(lease.worker(), lease.epoch())) {
            job.owner = null;
            job.event("indeterminate");
        }
        if (settle(job, number, "indeterminate", Set.of("started"))) {
            job.renders.putIfAbsent(number, new ModelJob.Render("lookup", lease.epoch()));
        }
    }

    private static boolean accept(ModelJob job, int number, String operation) {
        var attempt = job.record.get(number);
        if (attempt == null || attempt.operation != null) {
            return false;
        }
        attempt.operation = operation;
        settle(job, number, "accepted", Set.of("started", "indeterminate"));
        return true;
    }

    private static void follow(ModelJob job, int number, String operation, int epoch) {
        var render = job.renders.get(number);
        if (render == null) {
            render = new ModelJob.Render("poll", epoch);
            job.renders.put(number, render);
        } else if (render.phase.equals("lookup")) {
            render.phase = "poll";
            render.claimedBy = null;
            render.claimNo++;
        } else {
            return;
        }
        render.operation = operation;
    }

    private static boolean settle(ModelJob job, int number, String status, Set<String> from) {
        var attempt = job.record.get(number);
        if (attempt == null || !from.contains(attempt.status)) {
            return false;
        }
        attempt.status = status;
        return true;
    }

    private static void settleOpen(ModelJob job, int number, String status) {
        settle(job, number, status, Set.of("started", "accepted", "indeterminate"));
    }

    // Following.

    void follow(FollowedRender render, UUID worker) {
        var known = Objects.requireNonNull(job(render.job()).renders.get(render.attempt()));
        known.claimedBy = worker;
        known.claimNo++;
    }

    boolean follows(FollowedRender render) {
        var known = job(render.job()).renders.get(render.attempt());
        return known != null && known.claimNo == render.claimNo();
    }

    private ModelJob.Render followed(FollowedRender render) {
        return Objects.requireNonNull(job(render.job()).renders.get(render.attempt()));
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
        var job = job(render.job());
        var mine = new Owner(render.job(), render.attempt());
        if (!follows(render) || !operations.getOrDefault(operation, mine).equals(mine)) {
            return false;
        }
        operations.put(operation, mine);
        var known = followed(render);
        known.phase = "poll";
        known.operation = operation;
        known.claimedBy = null;
        if (settle(job, render.attempt(), "accepted", Set.of("indeterminate"))) {
            Objects.requireNonNull(job.record.get(render.attempt())).operation = operation;
        }
        endIfCancelled(job);
        return true;
    }

    void hold(FollowedRender render) {
        if (!follows(render)) {
            return;
        }
        var job = job(render.job());
        job.renders.remove(render.attempt());
        if (job.running(render.epoch()) && !job.cancelRequested) {
            job.heldAttempt = render.attempt();
            job.event("held");
        } else {
            settle(job, render.attempt(), "abandoned", Set.of("indeterminate"));
            end(Ending.cancelled(job.id, render.epoch(), Optional.empty()));
        }
    }

    void tryAgain(FollowedRender render, String status, boolean counts) {
        if (!follows(render)) {
            return;
        }
        var job = job(render.job());
        job.renders.remove(render.attempt());
        settleOpen(job, render.attempt(), status);
        if (!requeue(job.id, render.epoch(), true, counts, Optional.empty())) {
            end(Ending.cancelled(job.id, render.epoch(), Optional.empty()));
        }
    }

    void finish(FollowedRender render, String status, Ending ending, boolean withFile) {
        if (!follows(render)) {
            return;
        }
        var job = job(render.job());
        job.renders.remove(render.attempt());
        settleOpen(job, render.attempt(), status);
        if (withFile) {
            job.assets.add(render.attempt());
        }
        end(ending);
    }

    // An operator's answers.

    private static boolean release(ModelJob job, int attempt) {
        if (!job.running() || job.heldAttempt == null || job.heldAttempt != attempt) {
            return false;
        }
        job.heldAttempt = null;
        job.takeBacks = 0;
        job.event("released");
        return true;
    }

    String made(Held held, String operation) {
        var job = job(held.job());
        if (job.heldAttempt == null || job.heldAttempt != held.attempt()) {
            return "NotHeld";
        }
        var mine = new Owner(held.job(), held.attempt());
        if (!operations.getOrDefault(operation, mine).equals(mine)) {
            return "OperationTaken";
        }
        release(job, held.attempt());
        operations.put(operation, mine);
        accept(job, held.attempt(), operation);
        follow(job, held.attempt(), operation, job.epoch);
        return "Resolved";
    }

    String notMade(Held held) {
        var job = job(held.job());
        if (!release(job, held.attempt())) {
            return "NotHeld";
        }
        settleOpen(job, held.attempt(), "failed");
        requeue(job.id, job.epoch, true, false, Optional.empty());
        return "Resolved";
    }

    String giveUp(Held held) {
        var job = job(held.job());
        if (!release(job, held.attempt())) {
            return "NotHeld";
        }
        settle(job, held.attempt(), "abandoned", Set.of("indeterminate"));
        end(job, "failed");
        return "Resolved";
    }

    // Lost workers.

    void takeBack() {
        lost.addAll(silent);
        silent.clear();
        all(job -> job.running() && job.owner != null && lost.contains(job.owner))
                .forEach(job -> lose(job, true));
        lost.forEach(this::free);
    }

    /// A heartbeat: who was only silent is back, with all that it has.
    ///
    /// @return false if the worker is lost
    boolean renew(UUID worker) {
        if (silent.remove(worker)) {
            alive.add(worker);
        }
        return alive.contains(worker);
    }

    void handBack(UUID worker) {
        all(job -> job.running() && worker.equals(job.owner)).forEach(job -> lose(job, false));
        free(worker);
    }

    private void free(UUID worker) {
        for (var job : jobs.values()) {
            for (var render : job.renders.values()) {
                if (worker.equals(render.claimedBy)) {
                    render.claimedBy = null;
                    render.claimNo++;
                }
            }
        }
    }

    private static void lose(ModelJob job, boolean counted) {
        boolean onceTooOften = counted && job.takeBacks + 1 >= MOST_TAKE_BACKS;
        int abandoned = job.unanswered() ? job.attempts : job.attempts + 1;
        if (job.kind == JobKind.VIDEO && job.unanswered()) {
            park(job, counted);
            settle(job, job.attempts, "indeterminate", Set.of("started"));
            job.renders.putIfAbsent(job.attempts, new ModelJob.Render("lookup", job.epoch));
        } else if (job.cancelRequested) {
            abandon(job, abandoned);
            end(job, "cancelled");
        } else if (!onceTooOften) {
            abandon(job, abandoned);
            job.takeBacks += counted ? 1 : 0;
            job.place = job.takeBacks > 0 ? "dispatch" : "backlog";
            job.due = true;
            job.owner = null;
            job.epoch++;
            job.event("queued");
        } else if (job.kind == JobKind.VIDEO) {
            park(job, true);
            job.heldAttempt = job.attempts + 1;
            job.event("held");
        } else {
            abandon(job, abandoned);
            end(job, "failed");
        }
    }

    private static void park(ModelJob job, boolean counted) {
        job.owner = null;
        job.epoch++;
        job.takeBacks += counted ? 1 : 0;
        job.event("indeterminate");
    }

    private static void abandon(ModelJob job, int number) {
        write(job, Optional.of(AttemptReport.abandoned(number, java.time.Instant.EPOCH)));
    }
}
