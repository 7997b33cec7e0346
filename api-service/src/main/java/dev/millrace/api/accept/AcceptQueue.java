package dev.millrace.api.accept;

import dev.millrace.batch.BatchLimit;
import dev.millrace.batch.Combiner;
import dev.millrace.batch.Gather;
import dev.millrace.batch.KeyedCombiner;
import dev.millrace.job.Acceptance;
import dev.millrace.job.NewJob;
import dev.millrace.room.SharedRoom;
import dev.millrace.settings.AcceptSettings;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// Where submissions wait for their commit, none of whose projects takes all the room. Those that take from a budget
/// wait for its row, and so apart, each project by itself: nobody else waits for a row that many want.
final class AcceptQueue implements AutoCloseable {

    /// Budgets that may be waited for at once.
    private static final int BUDGETS_AT_ONCE = 4;

    /// The part of the room that one project with a budget may have.
    private static final int PART = 4;

    /// The requests of one statement: it holds them once more.
    static final long MOST_BYTES = 4 * 1024 * 1024;

    private final Combiner<NewJob, Acceptance> others;
    private final KeyedCombiner<UUID, NewJob, Acceptance> budgeted;

    /// @param gather how long commits gather, but for those that wait for a budget
    AcceptQueue(AcceptSettings settings, Gather gather, Combiner.Batch<NewJob, Acceptance> accept) {
        var limit = new BatchLimit<NewJob>(settings.mostBatch(), WaitingShares::bytes, MOST_BYTES);
        int most = settings.mostWaiting();
        var bytes = new SharedRoom<UUID>(settings.mostHeld().toBytes());
        this.others = new Combiner<>(
                "accept", settings.writers(), limit, new WaitingShares(new SharedRoom<>(most), bytes), accept, gather);
        this.budgeted = new KeyedCombiner<>(
                "accept-budgeted",
                BUDGETS_AT_ONCE,
                limit,
                new WaitingShares(new SharedRoom<>(most, Math.ceilDiv(most, PART)), bytes),
                NewJob::project,
                accept);
    }

    /// @throws java.util.concurrent.RejectedExecutionException if too many wait, or too many of this project
    CompletableFuture<Acceptance> submit(NewJob job) {
        return job.estimate().isPresent() ? budgeted.submit(job) : others.submit(job);
    }

    int waiting() {
        return others.waiting() + budgeted.waiting();
    }

    /// Commits what waits.
    @Override
    public void close() {
        others.close();
        budgeted.close();
    }
}
