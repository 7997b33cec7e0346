package dev.millrace.render;

import dev.millrace.database.Database;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.Ended;
import dev.millrace.job.Ending;
import dev.millrace.job.JobEndings;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRequeues;
import dev.millrace.job.Lease;
import dev.millrace.job.Requeue;
import dev.millrace.ledger.Reservations;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Renders in the database: from the answer to the create until the file is stored or the attempt has ended.
///
/// What changes the job is fenced by its epoch, what changes the render by its claim number. What has been learnt
/// of a paid create is written in any case, on its own attempt, where nothing is known yet.
public final class RenderStore {

    private final Database database;

    public RenderStore(Database database) {
        this.database = database;
    }

    /// The provider took the render on: stores its operation and parks the job, if it is still the lease's; else
    /// leaves the operation as a finding, from which the job's present holder goes on. A job that is held for want
    /// of this very answer is held no longer.
    ///
    /// @return the job's end, where its caller had asked for it while the create was under way
    public Optional<Ended> accepted(
            Lease lease, AttemptReport attempt, Operation operation, Duration pollAfter, Duration life, UUID sender) {
        return database.inTransaction(connection -> {
            ParkedJobs.lock(connection, lease.job());
            ParkedJobs.park(connection, lease, "job.rendering", operation.id());
            if (Findings.acceptAttempt(connection, lease.job(), attempt, operation.id())) {
                Findings.holdOperation(connection, lease.job(), attempt.number(), operation);
                int epoch = ParkedJobs.releaseHold(connection, lease.job(), attempt.number(), "answered")
                        .orElse(lease.epoch());
                RenderQueue.follow(connection, lease.job(), attempt.number(), epoch, operation, pollAfter, life);
            }
            return endIfCancelled(connection, lease.job(), sender);
        });
    }

    /// Nobody knows whether the provider took the render on: parks the job until the provider has been asked. If that
    /// has happened meanwhile, for another holder, nothing is left to ask.
    ///
    /// @param askAfter first wait before the lookup
    /// @param arrivalWindow how long a create that is still on its way may take to arrive; only after it does "not
    ///     found" count
    public void indeterminate(
            Lease lease,
            AttemptReport attempt,
            String provider,
            String model,
            String keyRef,
            Duration askAfter,
            Duration arrivalWindow) {
        database.inTransaction(connection -> {
            ParkedJobs.lock(connection, lease.job());
            boolean parked = ParkedJobs.park(connection, lease, "job.indeterminate", attempt.outcome());
            boolean news = Findings.markIndeterminate(connection, lease.job(), attempt);
            if (parked || news) {
                RenderQueue.lookUp(
                        connection,
                        lease.job(),
                        attempt.number(),
                        lease.epoch(),
                        new Operation(provider, model, keyRef, ""),
                        askAfter,
                        arrivalWindow);
            }
            return true;
        });
    }

    /// Takes up to `limit` renders to look up or poll, and as many to fetch, that are due and nobody's.
    public List<FollowedRender> claimDue(UUID worker, int limit) {
        return claimDue(worker, Wanted.upTo(limit), Wanted.upTo(limit));
    }

    /// Takes up renders that are due and nobody's, the longest due first.
    ///
    /// @param polls what is wanted of those to look up or poll
    /// @param fetches what is wanted of those whose file is to be fetched
    public List<FollowedRender> claimDue(UUID worker, Wanted polls, Wanted fetches) {
        return database.run(connection -> DueRenders.claim(connection, worker, polls, fetches));
    }

    /// The renders that a worker has taken up, by the database.
    public List<RenderClaim> claimsOf(UUID worker) {
        return database.run(connection -> DueRenders.claimsOf(connection, worker));
    }

    /// Gives renders back for whoever is next; they have been due since they were.
    ///
    /// @return how many of these claims still stood
    public int free(UUID worker, List<RenderClaim> claims) {
        return database.run(connection -> DueRenders.free(connection, worker, claims));
    }

    /// Parks a render again.
    ///
    /// @param errors errors in a row, zero after an answer that told how far it is
    /// @param seen whether the provider knew the operation this time
    public void postpone(FollowedRender render, Duration delay, int errors, Seen seen, int progress) {
        database.run(connection -> {
            RenderQueue.postpone(connection, render, delay, errors, seen);
            return ParkedJobs.progress(connection, render, progress);
        });
    }

    /// Lets a key's polls rest, whichever worker would take them up: those that nobody has taken up come due when the
    /// pause is over.
    ///
    /// @return how many would have come due before
    public int rest(String keyRef, Duration pause) {
        return database.run(connection -> RenderQueue.rest(connection, keyRef, pause));
    }

    /// The provider has finished; from now on its file is fetched, at once and then with its own retries. The render
    /// stays its follower's, who goes on with it as [FollowedRender#fetching] or gives it back.
    public void startFetch(FollowedRender render, Duration fileLife) {
        database.run(connection -> RenderQueue.startFetch(connection, render, fileLife));
    }

    /// The file is stored: the asset, the attempt, the job's end and the render's in one commit. A job that has
    /// ended meanwhile keeps its end; the attempt has its file all the same.
    ///
    /// @return the job's end; empty if it had ended before or if the render was no longer this worker's
    public Optional<Ended> complete(
            FollowedRender render, AttemptReport attempt, StoredFile file, Ending ending, UUID sender) {
        return database.inTransaction(connection -> {
            ParkedJobs.lock(connection, render.job());
            var polls = RenderQueue.unfollow(connection, render);
            if (polls.isEmpty()) {
                return Optional.empty();
            }
            Findings.nameAsset(connection, render, file);
            Findings.endAttempt(connection, render.job(), attempt, polls.get());
            return endOrRelease(connection, ending, sender);
        });
    }

    /// The render came to nothing: ends its attempt and the job.
    public Optional<Ended> fail(FollowedRender render, AttemptReport attempt, Ending ending, UUID sender) {
        return database.inTransaction(connection -> {
            ParkedJobs.lock(connection, render.job());
            var polls = RenderQueue.unfollow(connection, render);
            if (polls.isEmpty()) {
                return Optional.empty();
            }
            Findings.endAttempt(connection, render.job(), attempt, polls.get());
            return endOrRelease(connection, ending, sender);
        });
    }

    /// The render is known not to have been made, or not to be paid: ends its attempt and puts the job back, or ends
    /// the job where that was asked for meanwhile.
    public Optional<Ended> tryAgain(FollowedRender render, AttemptReport attempt, Requeue requeue, UUID sender) {
        return database.inTransaction(connection -> {
            ParkedJobs.lock(connection, render.job());
            var polls = RenderQueue.unfollow(connection, render);
            if (polls.isEmpty()) {
                return Optional.empty();
            }
            Findings.endAttempt(connection, render.job(), attempt, polls.get());
            if (JobRequeues.requeue(connection, List.of(requeue)).isEmpty()) {
                return endOrRelease(
                        connection, Ending.cancelled(render.job(), render.epoch(), Optional.empty()), sender);
            }
            return Optional.empty();
        });
    }

    /// Open renders by the key that created them.
    public record OpenRenders(String provider, String keyRef, long renders) {}

    public List<OpenRenders> openByKey() {
        return database.client()
                .sql("select provider, key_ref, count(*) from render group by provider, key_ref")
                .query((row, number) -> new OpenRenders(row.getString(1), row.getString(2), row.getLong(3)))
                .list();
    }

    /// Operations among `ids` that some attempt holds already.
    public List<String> heldOperations(String provider, List<String> ids) {
        return database.run(connection -> Findings.heldOperations(connection, provider, ids));
    }

    /// What an adoption came to.
    ///
    /// @param adopted whether the operation is this attempt's now; false if another attempt holds it, or if this
    ///     worker has lost the render
    /// @param ended the job's end, where its caller had asked for it
    public record Adoption(boolean adopted, Optional<Ended> ended) {}

    /// The lookup found the one render that this attempt made.
    public Adoption adopt(FollowedRender render, String operationId, Duration pollAfter, Duration life, UUID sender) {
        return database.inTransaction(connection -> {
            ParkedJobs.lock(connection, render.job());
            var operation = new Operation(render.provider(), render.model(), render.keyRef(), operationId);
            if (!RenderQueue.claimed(connection, render)
                    || !Findings.holdOperation(connection, render.job(), render.attempt(), operation)) {
                return new Adoption(false, Optional.empty());
            }
            RenderQueue.adopt(connection, render, operationId, pollAfter, life);
            return new Adoption(true, endIfCancelled(connection, render.job(), sender));
        });
    }

    /// Nobody can tell whether the render was made: the job waits for an operator, unless its caller had asked for
    /// its end.
    public Optional<Ended> hold(FollowedRender render, String reason, UUID sender) {
        return database.inTransaction(connection -> {
            ParkedJobs.lock(connection, render.job());
            if (RenderQueue.unfollow(connection, render).isEmpty()) {
                return Optional.empty();
            }
            if (ParkedJobs.hold(connection, render.job(), render.epoch(), render.attempt(), reason)) {
                return Optional.empty();
            }
            Findings.abandonIndeterminate(connection, render.job(), render.attempt());
            return endOrRelease(connection, Ending.cancelled(render.job(), render.epoch(), Optional.empty()), sender);
        });
    }

    /// A parked job whose create has been answered can be ended, if its caller asked for that in between; the render
    /// itself is followed to its end.
    private static Optional<Ended> endIfCancelled(Connection connection, JobId job, UUID sender) throws SQLException {
        var epoch = ParkedJobs.epochOfCancelled(connection, job);
        return epoch.isEmpty()
                ? Optional.empty()
                : end(connection, Ending.cancelled(job, epoch.get(), Optional.empty()), sender);
    }

    /// As [#end], for a render that is followed no more: a job that had ended before has kept what it reserved for it.
    private static Optional<Ended> endOrRelease(Connection connection, Ending ending, UUID sender) throws SQLException {
        var ended = end(connection, ending, sender);
        if (ended.isEmpty()) {
            Reservations.releaseAfterEnd(connection, ending.job().value());
        }
        return ended;
    }

    private static Optional<Ended> end(Connection connection, Ending ending, UUID sender) throws SQLException {
        return JobEndings.end(connection, List.of(ending), sender).stream().findFirst();
    }

    /// Parks the job of a lost worker for lookup, in the taker's transaction.
    public static void lookUpLost(
            Connection connection,
            JobId job,
            int epoch,
            boolean counted,
            AttemptReport attempt,
            Operation unknown,
            Duration arrivalWindow)
            throws SQLException {
        ParkedJobs.parkLost(connection, job, epoch, counted);
        Findings.markIndeterminate(connection, job, attempt);
        RenderQueue.lookUp(connection, job, attempt.number(), epoch + 1, unknown, Duration.ZERO, arrivalWindow);
    }

    /// Holds the job of a lost worker, in the taker's transaction.
    public static void holdLost(Connection connection, JobId job, int epoch, int attempt, String reason)
            throws SQLException {
        ParkedJobs.parkLost(connection, job, epoch, true);
        ParkedJobs.hold(connection, job, epoch + 1, attempt, reason);
    }
}
