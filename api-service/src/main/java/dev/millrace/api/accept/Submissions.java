package dev.millrace.api.accept;

import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.security.Caller;
import dev.millrace.api.usage.Estimates;
import dev.millrace.database.Failures;
import dev.millrace.dispatch.Dispatched;
import dev.millrace.dispatch.LaneWatch;
import dev.millrace.dispatch.Tokens;
import dev.millrace.job.Acceptance;
import dev.millrace.job.JobId;
import dev.millrace.job.NewJob;
import dev.millrace.settings.MillraceSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.stereotype.Component;

/// Commits submissions, and has their tokens published after that. Nobody is told "accepted" before the commit.
@Component
class Submissions {

    private static final Duration SOON = Duration.ofSeconds(1);

    private final AcceptQueue queue;
    private final LaneWatch lanes;
    private final Tokens tokens;
    private final DatabaseCalls database;
    private final QueueLimit queues;
    private final BudgetedProjects budgeted;
    private final Estimates estimates;
    private final Duration within;

    Submissions(
            AcceptQueue queue,
            LaneWatch lanes,
            Tokens tokens,
            DatabaseCalls database,
            QueueLimit queues,
            BudgetedProjects budgeted,
            Estimates estimates,
            MillraceSettings settings) {
        this.queue = queue;
        this.lanes = lanes;
        this.tokens = tokens;
        this.database = database;
        this.queues = queues;
        this.budgeted = budgeted;
        this.estimates = estimates;
        this.within = settings.accept().within();
    }

    /// A job as submitted, and what became of it.
    record Submitted(JobId id, Acceptance acceptance) {}

    /// @param mayDrop parameters that the caller lets go
    /// @param cameAt when its body was there, by the monotonic clock: its time to be answered runs from then
    /// @throws Problem 429 if too many wait, 503 if it could not be committed in time
    Submitted submit(
            Caller caller,
            Submission submission,
            Set<String> mayDrop,
            Optional<NewJob.Idempotency> idempotency,
            long cameAt) {
        database.requireSchema();
        var project = caller.project();
        var id = JobId.next();
        var direct = lanes.admit(project, submission.kind());
        var job = new NewJob(
                id,
                project,
                submission.kind(),
                submission.model(),
                submission.request(),
                submission.metadata(),
                submission.webhookUrl(),
                submission.priority(),
                idempotency,
                direct,
                Optional.of(caller.key()),
                Optional.empty(),
                mayDrop);
        var acceptance = accept(job, cameAt);
        lanes.settled(job);
        if (acceptance instanceof Acceptance.Accepted) {
            if (direct.isPresent()) {
                tokens.publish(new Dispatched(id, submission.kind()));
            } else {
                queues.added(project);
            }
        }
        return new Submitted(id, acceptance);
    }

    private Acceptance accept(NewJob job, long cameAt) {
        if (!budgeted.contains(job.project())) {
            var acceptance = await(job, hand(job), cameAt);
            if (!(acceptance instanceof Acceptance.Unestimated)) {
                return acceptance;
            }
            budgeted.add(job.project());
        }
        return await(job, hand(estimated(job)), cameAt);
    }

    private NewJob estimated(NewJob job) {
        try {
            return job.estimated(estimates.of(job.kind(), job.model(), job.request()));
        } catch (RuntimeException failure) {
            lanes.settled(job);
            throw failure;
        }
    }

    private CompletableFuture<Acceptance> hand(NewJob job) {
        try {
            return queue.submit(job);
        } catch (RejectedExecutionException full) {
            lanes.settled(job);
            throw Problem.tooMany("overloaded", "Too many submissions wait to be stored; please slow down.", SOON);
        }
    }

    private Acceptance await(NewJob job, CompletableFuture<Acceptance> result, long cameAt) {
        try {
            return result.get(within.toNanos() - (System.nanoTime() - cameAt), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            // What no writer has taken yet is not written any more.
            result.cancel(false);
            lanes.lost(job);
            throw Problem.databaseAway();
        } catch (InterruptedException stopping) {
            lanes.lost(job);
            Thread.currentThread().interrupt();
            throw Problem.databaseAway();
        } catch (ExecutionException failed) {
            var cause = failed.getCause();
            throw failure(job, cause == null ? failed : cause);
        }
    }

    private RuntimeException failure(NewJob job, Throwable cause) {
        if (Failures.refusedRow(cause)) {
            lanes.settled(job);
            return Problem.invalid(null, "not_storable", "The database refused a value of this request.");
        }
        lanes.lost(job);
        if (Failures.unreachable(cause)) {
            return Problem.databaseAway();
        }
        return cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
    }
}
