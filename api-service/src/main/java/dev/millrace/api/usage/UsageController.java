package dev.millrace.api.usage;

import dev.millrace.api.http.Answer;
import dev.millrace.api.page.Parameters;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.security.Caller;
import dev.millrace.ledger.UsageSums;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import tools.jackson.core.JsonGenerator;

/// `GET /v1/usage`: what the caller's project has used and spent, by model, key or day.
@Controller
class UsageController {

    /// More than there are days in the longest range; of models and keys, those that cost the most.
    private static final int MOST_ROWS = 1_000;

    private final UsageSums sums;
    private final DatabaseCalls database;
    private final Clock clock;

    UsageController(UsageSums sums, DatabaseCalls database, Clock clock) {
        this.sums = sums;
        this.database = database;
        this.clock = clock;
    }

    @GetMapping("/v1/usage")
    void usage(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var project = Caller.of(request).project();
        var query = UsageQuery.of(Parameters.of(request), LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC));
        var rows = database.ask(() -> sums.sums(project, query.from(), query.to(), query.by(), MOST_ROWS + 1));
        Answer.json(response, 200, to -> write(to, query, rows));
    }

    private static void write(JsonGenerator to, UsageQuery query, List<UsageSums.Sum> rows) {
        var part = UsageQuery.word(query.by());
        to.writeStartObject();
        to.writeStringProperty("object", "list");
        to.writeStringProperty("from", query.from().toString());
        to.writeStringProperty("to", query.to().toString());
        to.writeStringProperty("group_by", part);
        to.writeName("data");
        to.writeStartArray();
        rows.stream().limit(MOST_ROWS).forEach(row -> write(to, part, row));
        to.writeEndArray();
        to.writeBooleanProperty("has_more", rows.size() > MOST_ROWS);
        to.writeEndObject();
    }

    private static void write(JsonGenerator to, String part, UsageSums.Sum row) {
        to.writeStartObject();
        to.writeStringProperty("object", "usage");
        Answer.text(to, part, row.part());
        to.writeNumberProperty("attempts", row.attempts());
        to.writeNumberProperty("attempts_of_unknown_cost", row.unknown());
        to.writeNumberProperty("tokens_in", row.tokensIn());
        to.writeNumberProperty("tokens_out", row.tokensOut());
        to.writeNumberProperty("tokens_cached", row.tokensCached());
        amount(to, "seconds", row.seconds());
        amount(to, "cost", row.cost());
        amount(to, "unaccounted", row.unaccounted());
        to.writeEndObject();
    }

    /// Without the zeros at its end, and never as a power of ten.
    private static void amount(JsonGenerator to, String name, BigDecimal amount) {
        to.writeName(name);
        to.writeNumber(amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString());
    }
}
