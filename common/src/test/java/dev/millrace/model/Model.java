package dev.millrace.model;

import dev.millrace.job.AttemptReport;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.Lease;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/// What the words of the design say about jobs, attempts and leases, in plain collections.
final class Model {

    private static final int MOST_TAKE_BACKS = 3;

    final Map<JobId, ModelJob> jobs = new LinkedHashMap<>();
    final Set<UUID> alive = new LinkedHashSet<>();
    /// Not heard for longer than a lease, but not declared lost yet.
    final Set<UUID> silent = new LinkedHashSet<>();
    /// Declared lost, or gone in order.
    final Set<UUID> lost = new LinkedHashSet<>();

    final ModelRenders renders = new ModelRenders(this);

    ModelJob job(JobId id) {
        return Objects.requireNonNull(jobs.get(id));
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
        job.write(ending.attempt());
        job.end(ending.status().word());
        return true;
    }

    boolean requeue(JobId id, int epoch, boolean due, boolean counts, Optional<AttemptReport> attempt) {
        var job = job(id);
        if (!job.running(epoch) || job.cancelRequested) {
            return false;
        }
        job.write(attempt);
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
        job.write(Optional.of(attempt));
        return !job.cancelRequested;
    }

    // Cancelling.

    String cancel(JobId id) {
        var job = job(id);
        if (job.ended()) {
            return "TooLate";
        }
        if (!job.running() || job.owner == null && !job.lookedUp()) {
            if (job.heldAttempt != null) {
                job.settle(job.heldAttempt, "abandoned", Set.of("indeterminate"));
            }
            job.end("cancelled");
            return "Done";
        }
        job.cancelRequested = true;
        return "Marked";
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
            job.settle(job.attempts, "indeterminate", Set.of("started"));
            job.renders.putIfAbsent(job.attempts, new ModelJob.Render("lookup", job.epoch));
        } else if (job.cancelRequested) {
            job.abandon(abandoned);
            job.end("cancelled");
        } else if (!onceTooOften) {
            job.abandon(abandoned);
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
            job.abandon(abandoned);
            job.end("failed");
        }
    }

    private static void park(ModelJob job, boolean counted) {
        job.owner = null;
        job.epoch++;
        job.takeBacks += counted ? 1 : 0;
        job.event("indeterminate");
    }
}
