package dev.millrace.api.accept;

import dev.millrace.api.http.Answer;
import dev.millrace.api.http.StrictJson;
import dev.millrace.api.job.JobJson;
import dev.millrace.api.limit.ProjectLimits;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.request.DropParams;
import dev.millrace.api.security.Caller;
import dev.millrace.api.usage.BudgetRefusals;
import dev.millrace.job.Acceptance;
import dev.millrace.job.Job;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.JobQueries;
import dev.millrace.job.JobStatus;
import dev.millrace.job.NewJob;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/// The way that every submission takes, whatever address it came to: limits, pace, commit, and the 202 with the job.
@Component
public final class Intake {

    private final Submissions submissions;
    private final QueueLimit queues;
    private final StoredLimit stored;
    private final ProjectLimits limits;
    private final Pace pace;
    private final RefusalCounts refusals;
    private final BudgetRefusals budgets;
    private final StrictJson json;
    private final JobQueries jobs;
    private final DatabaseCalls database;

    Intake(
            Submissions submissions,
            QueueLimit queues,
            StoredLimit stored,
            ProjectLimits limits,
            Pace pace,
            RefusalCounts refusals,
            BudgetRefusals budgets,
            StrictJson json,
            JobQueries jobs,
            DatabaseCalls database) {
        this.submissions = submissions;
        this.queues = queues;
        this.stored = stored;
        this.limits = limits;
        this.pace = pace;
        this.refusals = refusals;
        this.budgets = budgets;
        this.json = json;
        this.jobs = jobs;
        this.database = database;
    }

    /// Takes an OpenAI body that was read and judged as a job of its own.
    ///
    /// @param body the whole body, which is what its idempotency key stands for
    /// @param cameAt when the body was there, by the monotonic clock
    /// @throws Problem 409, 429 or 503
    public void take(
            HttpServletRequest request,
            HttpServletResponse response,
            JobKind kind,
            String model,
            byte[] body,
            long cameAt)
            throws IOException {
        var submission = new Submission(kind, model, body, Map.of(), Optional.empty(), 0);
        try {
            admit(Caller.of(request));
            answer(request, response, submission, body, cameAt);
        } catch (Problem refused) {
            refusals.count(refused);
            throw refused;
        }
    }

    /// @throws Problem 429 if the project has to slow down
    void admit(Caller caller) {
        queues.check(caller.project());
        limits.takeJob(caller);
        try {
            pace.enter(caller.project());
        } catch (Problem refused) {
            limits.giveJobBack(caller);
            throw refused;
        }
    }

    void answer(
            HttpServletRequest request, HttpServletResponse response, Submission submission, byte[] body, long cameAt)
            throws IOException {
        var caller = Caller.of(request);
        var project = caller.project();
        var idempotency = IdempotencyKey.of(request, () -> json.tree(body));
        if (stored.refuses(project, submission.kind()) && !isRepeated(project, idempotency)) {
            throw StoredLimit.refusal();
        }
        var mayDrop = DropParams.of(request, Set.of());
        var submitted = submissions.submit(caller, submission, mayDrop, idempotency, cameAt);
        switch (submitted.acceptance()) {
            case Acceptance.Accepted accepted -> {
                MDC.put("job_id", submitted.id().toString());
                var job = asAccepted(submitted.id(), project, submission, accepted.at());
                Answer.json(response, 202, to -> JobJson.write(to, job));
            }
            case Acceptance.Replayed replayed -> replay(response, project, replayed.job());
            case Acceptance.OverBudget over -> throw budgets.refuse("job");
            case Acceptance.Unestimated unestimated ->
                throw new IllegalStateException("A submission came again without its estimate");
            case Acceptance.Conflicting conflicting ->
                throw Problem.conflict(
                        "Idempotency-Key",
                        "idempotency_key_reused",
                        "This idempotency key was used for another request.");
        }
    }

    /// It makes no file that its first submission does not make.
    private boolean isRepeated(UUID project, Optional<NewJob.Idempotency> idempotency) {
        return idempotency.isPresent()
                && database.ask(() -> jobs.isKnown(project, idempotency.get().key()));
    }

    private static Job asAccepted(JobId id, UUID project, Submission submission, Instant at) {
        return new Job(
                id,
                project,
                submission.kind(),
                JobStatus.QUEUED,
                submission.model(),
                at,
                Optional.empty(),
                Optional.empty(),
                Optional.of(at),
                1,
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                submission.metadata(),
                Optional.empty());
    }

    private void replay(HttpServletResponse response, UUID project, JobId id) throws IOException {
        MDC.put("job_id", id.toString());
        var job = database.ask(() -> jobs.find(project, id)).orElseThrow(Problem::databaseAway);
        response.setHeader("idempotent-replayed", "true");
        Answer.json(response, 202, to -> JobJson.write(to, job));
    }
}
