package dev.millrace.api.operator;

import dev.millrace.api.follow.Waits;
import dev.millrace.api.http.Answer;
import dev.millrace.api.job.JobJson;
import dev.millrace.api.page.ListJson;
import dev.millrace.api.page.Parameters;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.event.JobSignals;
import dev.millrace.job.JobId;
import dev.millrace.job.JobQueries;
import dev.millrace.render.Holds;
import dev.millrace.render.Holds.Held;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import tools.jackson.core.JsonGenerator;

/// `GET /operator/holds` and `POST /operator/holds/{job}/resolve`.
@Controller
class HoldController {

    private static final Logger log = LoggerFactory.getLogger(HoldController.class);

    private final Holds holds;
    private final HoldResolver resolver;
    private final JobQueries jobs;
    private final JobSignals signals;
    private final Waits waits;
    private final DatabaseCalls database;
    private final OperatorBody body;

    HoldController(
            Holds holds,
            HoldResolver resolver,
            JobQueries jobs,
            JobSignals signals,
            Waits waits,
            DatabaseCalls database,
            OperatorBody body) {
        this.holds = holds;
        this.resolver = resolver;
        this.jobs = jobs;
        this.signals = signals;
        this.waits = waits;
        this.database = database;
        this.body = body;
    }

    @GetMapping("/operator/holds")
    void list(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Optional<JobId> after = Optional.empty();
        int limit = Parameters.USUAL_LIMIT;
        for (var parameter : Parameters.of(request).entrySet()) {
            switch (parameter.getKey()) {
                case "after" -> after = Optional.of(after(parameter.getValue()));
                case "limit" -> limit = Parameters.limit(parameter.getValue());
                default -> throw Parameters.unknown(parameter.getKey());
            }
        }
        page(after, limit, response);
    }

    private static JobId after(String id) {
        return JobId.parse(id)
                .orElseThrow(() -> Problem.invalid("after", "invalid_value", "'after' must be the id of a job."));
    }

    private void page(Optional<JobId> after, int limit, HttpServletResponse response) throws IOException {
        var found = database.ask(() -> holds.list(after, limit + 1));
        Answer.json(
                response,
                200,
                to -> ListJson.page(
                        to,
                        found,
                        limit,
                        HoldController::write,
                        held -> held.job().toString()));
    }

    @PostMapping("/operator/holds/{job}/resolve")
    void resolve(@PathVariable("job") String text, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var id = JobId.parse(text).orElseThrow(Problem::noSuchJob);
        MDC.put("job_id", id.toString());
        var answer = body.read(request, Set.of("resolution", "operation_id"));
        var resolution = OperatorBody.text(answer, "resolution");
        if (!Set.of("made", "not_made", "give_up").contains(resolution)) {
            throw Problem.invalid(
                    "resolution", "invalid_value", "'resolution' must be \"made\", \"not_made\" or \"give_up\".");
        }
        if (!resolution.equals("made") && answer.has("operation_id")) {
            throw Problem.invalid("operation_id", "invalid_value", "'operation_id' goes with \"made\" only.");
        }
        var held = held(id);
        var ended = switch (resolution) {
            case "made" -> resolver.made(held, OperatorBody.text(answer, "operation_id"));
            case "not_made" -> resolver.notMade(held);
            default -> resolver.giveUp(held);
        };
        log.info("The hold of {} was resolved as {}", id, resolution);
        var job = database.ask(() -> jobs.find(held.project(), id)).orElseThrow(Problem::noSuchJob);
        if (ended.isPresent()) {
            signals.ended(List.of(id));
        } else {
            signals.changed(id);
        }
        waits.wake(id);
        Answer.json(response, 200, to -> JobJson.write(to, job));
    }

    private Held held(JobId id) {
        var held = database.ask(() -> holds.find(id));
        if (held.isEmpty() && database.ask(() -> jobs.sequences(List.of(id))).isEmpty()) {
            throw Problem.noSuchJob();
        }
        return held.orElseThrow(HoldResolver::notHeld);
    }

    private static void write(JsonGenerator to, Held held) {
        to.writeStartObject();
        to.writeStringProperty("object", "hold");
        to.writeStringProperty("job", held.job().toString());
        to.writeStringProperty("project_id", held.project().toString());
        to.writeStringProperty("model", held.publicModel());
        to.writeStringProperty("reason", held.reason());
        to.writeNumberProperty("since", held.since().getEpochSecond());
        to.writeNumberProperty("attempt", held.attempt());
        Answer.text(to, "provider", Optional.of(held.provider()).filter(name -> !name.isEmpty()));
        Answer.text(to, "provider_model", Optional.of(held.model()).filter(name -> !name.isEmpty()));
        to.writeNumberProperty("intent_at", held.intentAt().getEpochSecond());
        Answer.text(to, "provider_request_id", held.providerRequestId());
        to.writeEndObject();
    }
}
