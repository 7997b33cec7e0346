package dev.millrace.api.attempt;

import dev.millrace.api.call.CallRecord;
import dev.millrace.api.http.Answer;
import dev.millrace.api.http.RequestId;
import dev.millrace.api.page.ListJson;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.security.Caller;
import dev.millrace.database.Database;
import dev.millrace.ledger.CallHistory;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import tools.jackson.core.JsonGenerator;

/// `GET /v1/calls/{id}/attempts`: each call to a provider that an interactive call has come to.
@Controller
class CallAttemptsController {

    private final CallHistory history;
    private final DatabaseCalls database;

    CallAttemptsController(Database database, DatabaseCalls calls) {
        this.history = new CallHistory(database);
        this.database = calls;
    }

    @GetMapping("/v1/calls/{id}/attempts")
    void attempts(@PathVariable("id") String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var project = Caller.of(request).project();
        if (!RequestId.isOne(id)) {
            throw noSuchCall();
        }
        var attempts = database.ask(() -> history.attempts(project, id));
        if (attempts.isEmpty()) {
            throw noSuchCall();
        }
        Answer.json(response, 200, to -> ListJson.whole(to, attempts, CallAttemptsController::write));
    }

    private static Problem noSuchCall() {
        return Problem.refused(404, "id", "not_found", "There is no such call, or its attempts are not on record yet.");
    }

    private static void write(JsonGenerator to, CallHistory.Entry attempt) {
        to.writeStartObject();
        to.writeStringProperty("object", "attempt");
        to.writeNumberProperty("number", attempt.number());
        to.writeStringProperty("status", status(attempt.outcome()));
        to.writeStringProperty("provider", attempt.provider());
        to.writeStringProperty("model", attempt.model());
        Answer.time(to, "started_at", Optional.of(attempt.started()));
        Answer.time(to, "finished_at", Optional.of(attempt.ended()));
        to.writeStringProperty("outcome", attempt.outcome());
        Answer.text(to, "provider_request_id", attempt.requestId());
        number(to, "tokens_in", attempt.tokensIn().map(BigDecimal::valueOf));
        number(to, "tokens_out", attempt.tokensOut().map(BigDecimal::valueOf));
        number(to, "tokens_cached", attempt.tokensCached().map(BigDecimal::valueOf));
        to.writeBooleanProperty("estimated", attempt.estimated());
        number(to, "cost", attempt.cost());
        to.writeName("dropped");
        to.writeStartArray();
        attempt.dropped().forEach(to::writeString);
        to.writeEndArray();
        to.writeEndObject();
    }

    private static String status(String outcome) {
        return switch (outcome) {
            case CallRecord.SUCCEEDED -> "succeeded";
            case CallRecord.CALLER_GONE, CallRecord.HEDGED -> "abandoned";
            case CallRecord.ANSWER_LOST -> "indeterminate";
            default -> "failed";
        };
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
