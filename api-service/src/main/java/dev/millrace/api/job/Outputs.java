package dev.millrace.api.job;

import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.job.Job;
import dev.millrace.job.Job.JobError;
import dev.millrace.job.JobHistory;
import java.util.Set;
import org.springframework.stereotype.Component;

/// Whether a job has something to hand out; if not, why not, as an error with a status that fits.
@Component
class Outputs {

    private static final Set<String> REQUESTS_OWN_FAULT = Set.of(
            "invalid_request",
            "context_length_exceeded",
            "context_too_long",
            "content_policy_violation",
            "content_filter",
            "content_refused",
            "moderation_blocked");

    private static final Set<String> TOOK_TOO_LONG = Set.of("render_timeout", "timeout");

    private static final Set<String> OUR_FAULT = Set.of("worker_lost", "render_unaccounted");

    private final JobHistory history;
    private final DatabaseCalls database;

    Outputs(JobHistory history, DatabaseCalls database) {
        this.history = history;
        this.database = database;
    }

    /// @throws Problem 404 `not_ready` if the job is not finished, and its error if it did not succeed
    void require(Job job) {
        switch (job.status()) {
            case QUEUED, RUNNING ->
                throw Problem.refused(
                        404, null, "not_ready", "The job is " + job.status().word() + "; it has no result yet.");
            case FAILED, CANCELLED, EXPIRED ->
                throw error(job, job.error().orElse(new JobError("unknown", "The job failed.")));
            case SUCCEEDED -> {
                // It has.
            }
        }
    }

    private Problem error(Job job, JobError error) {
        var code = error.code();
        if (code.equals("cancelled")) {
            return Problem.conflict(null, code, error.message());
        }
        if (REQUESTS_OWN_FAULT.contains(code)) {
            return refused(error);
        }
        if (TOOK_TOO_LONG.contains(code)) {
            return Problem.server(504, code, error.message(), false);
        }
        if (OUR_FAULT.contains(code)) {
            return Problem.server(500, code, error.message(), false);
        }
        return refusedByProvider(job) ? refused(error) : Problem.server(502, code, error.message(), false);
    }

    /// The request can be sent again, the job's error stays what it is.
    private static Problem refused(JobError error) {
        return Problem.invalid(null, error.code(), error.message()).with("x-should-retry", "false");
    }

    /// Providers have codes of their own for a request that they refuse; what the last attempt came to tells.
    private boolean refusedByProvider(Job job) {
        var attempts = database.ask(() -> history.attempts(job.project(), job.id()));
        return !attempts.isEmpty()
                && attempts.getLast()
                        .outcome()
                        .filter(REQUESTS_OWN_FAULT::contains)
                        .isPresent();
    }
}
