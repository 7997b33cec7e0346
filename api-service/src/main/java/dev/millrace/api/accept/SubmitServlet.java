package dev.millrace.api.accept;

import dev.millrace.api.http.Answer;
import dev.millrace.api.http.Body;
import dev.millrace.api.http.StrictJson;
import dev.millrace.api.job.JobJson;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.security.Caller;
import dev.millrace.job.Acceptance;
import dev.millrace.job.Job;
import dev.millrace.job.JobId;
import dev.millrace.job.JobQueries;
import dev.millrace.job.JobStatus;
import dev.millrace.settings.MillraceSettings;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.MDC;
import org.springframework.web.servlet.HandlerMapping;

/// `POST /v1/jobs`: 202 with the job, once it is committed. The one hot path of this service is a servlet of its own,
/// before the framework's dispatcher, which would cost as much as reading and judging the submission does; whatever
/// else
/// is sent to this address goes on to the dispatcher.
final class SubmitServlet extends HttpServlet {

    static final String PATH = "/v1/jobs";

    private static final long serialVersionUID = 1;

    private final SubmissionReader reader;
    private final Submissions submissions;
    private final QueueLimit queues;
    private final Pace pace;
    private final RefusalCounts refusals;
    private final StrictJson json;
    private final JobQueries jobs;
    private final DatabaseCalls database;
    private final Servlet others;
    private final long mostBody;

    SubmitServlet(
            SubmissionReader reader,
            Submissions submissions,
            QueueLimit queues,
            Pace pace,
            RefusalCounts refusals,
            StrictJson json,
            JobQueries jobs,
            DatabaseCalls database,
            Servlet others,
            MillraceSettings settings) {
        this.reader = reader;
        this.submissions = submissions;
        this.queues = queues;
        this.pace = pace;
        this.refusals = refusals;
        this.json = json;
        this.jobs = jobs;
        this.database = database;
        this.others = others;
        this.mostBody = settings.accept().mostBody().toBytes();
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        switch (request.getMethod()) {
            case "POST" -> {
                request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, PATH);
                try {
                    submit(request, response);
                } catch (Problem refused) {
                    refusals.count(refused);
                    throw refused;
                }
            }
            case "GET", "HEAD" -> others.service(request, response);
            default -> throw Problem.methodNotAllowed("GET", "HEAD", "POST");
        }
    }

    private void submit(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long startedAt = System.nanoTime();
        var caller = Caller.of(request);
        var project = caller.project();
        requireJson(request);
        queues.check(project);
        pace.enter(project);
        var body = Body.read(request, mostBody).orElseThrow(() -> Problem.tooLarge(mostBody));
        var submission = reader.read(body);
        var idempotency = IdempotencyKey.of(request, () -> json.tree(body));
        var submitted = submissions.submit(caller, submission, idempotency, startedAt);
        switch (submitted.acceptance()) {
            case Acceptance.Accepted accepted -> {
                MDC.put("job_id", submitted.id().toString());
                var job = asAccepted(submitted.id(), project, submission, accepted.at());
                Answer.json(response, 202, to -> JobJson.write(to, job));
            }
            case Acceptance.Replayed replayed -> replay(response, project, replayed.job());
            case Acceptance.Conflicting conflicting ->
                throw Problem.conflict(
                        "Idempotency-Key",
                        "idempotency_key_reused",
                        "This idempotency key was used for another request.");
        }
    }

    private static void requireJson(HttpServletRequest request) {
        var type = request.getContentType();
        if (type != null && !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw Problem.refused(
                    415,
                    null,
                    "unsupported_media_type",
                    "The body must be sent as application/json, not " + type + ".");
        }
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
