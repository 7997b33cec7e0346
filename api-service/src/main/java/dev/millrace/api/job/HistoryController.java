package dev.millrace.api.job;

import dev.millrace.api.http.Answer;
import dev.millrace.api.page.ListJson;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.security.Caller;
import dev.millrace.job.Attempt;
import dev.millrace.job.JobHistory;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import tools.jackson.core.JsonGenerator;

/// What has happened to a job: its attempts, and the moments of its life.
@Controller
class HistoryController {

    private final OwnJobs own;
    private final JobHistory history;
    private final DatabaseCalls database;

    HistoryController(OwnJobs own, JobHistory history, DatabaseCalls database) {
        this.own = own;
        this.history = history;
        this.database = database;
    }

    @GetMapping("/v1/jobs/{id}/attempts")
    void attempts(@PathVariable("id") String text, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var project = Caller.of(request).project();
        var id = own.id(text);
        var attempts = database.ask(() -> history.attempts(project, id));
        if (attempts.isEmpty()) {
            own.get(project, id);
        }
        Answer.json(response, 200, to -> ListJson.whole(to, attempts, HistoryController::write));
    }

    @GetMapping("/v1/jobs/{id}/timeline")
    void timeline(@PathVariable("id") String text, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var project = Caller.of(request).project();
        var id = own.id(text);
        var moments = database.ask(() -> history.moments(project, id));
        if (moments.isEmpty()) {
            throw Problem.noSuchJob();
        }
        Answer.json(response, 200, to -> ListJson.whole(to, moments, HistoryController::write));
    }

    private static void write(JsonGenerator to, JobHistory.Moment moment) {
        to.writeStartObject();
        to.writeNumberProperty("at_ms", moment.at().toEpochMilli());
        to.writeStringProperty("what", moment.what());
        Answer.text(to, "detail", moment.detail());
        to.writeEndObject();
    }

    private static void write(JsonGenerator to, Attempt attempt) {
        to.writeStartObject();
        to.writeStringProperty("object", "attempt");
        to.writeNumberProperty("number", attempt.number());
        to.writeStringProperty("status", attempt.status());
        Answer.text(to, "provider", attempt.provider());
        Answer.text(to, "model", attempt.model());
        to.writeNumberProperty("started_at", attempt.startedAt().getEpochSecond());
        Answer.time(to, "accepted_at", attempt.acceptedAt());
        Answer.time(to, "finished_at", attempt.finishedAt());
        Answer.text(to, "outcome", attempt.outcome());
        error(to, attempt);
        number(to, "http_status", attempt.httpStatus().map(BigDecimal::valueOf));
        Answer.text(to, "provider_request_id", attempt.providerRequestId());
        Answer.text(to, "operation_id", attempt.operationId());
        number(to, "tokens_in", attempt.tokensIn().map(BigDecimal::valueOf));
        number(to, "tokens_out", attempt.tokensOut().map(BigDecimal::valueOf));
        number(to, "tokens_cached", attempt.tokensCached().map(BigDecimal::valueOf));
        number(to, "seconds", attempt.seconds());
        number(to, "cost", attempt.cost());
        to.writeName("dropped");
        to.writeStartArray();
        attempt.dropped().forEach(to::writeString);
        to.writeEndArray();
        to.writeEndObject();
    }

    private static void error(JsonGenerator to, Attempt attempt) {
        to.writeName("error");
        if (attempt.errorCode().isEmpty() && attempt.errorMessage().isEmpty()) {
            to.writeNull();
            return;
        }
        to.writeStartObject();
        Answer.text(to, "code", attempt.errorCode());
        Answer.text(to, "message", attempt.errorMessage());
        to.writeEndObject();
    }

    private static void number(JsonGenerator to, String name, Optional<BigDecimal> number) {
        to.writeName(name);
        if (number.isPresent()) {
            to.writeNumber(number.get());
        } else {
            to.writeNull();
        }
    }
}
