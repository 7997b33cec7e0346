package dev.millrace.ledger;

import dev.millrace.database.Database;
import dev.millrace.database.NamesColumn;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Reads the attempts of interactive calls back, each project its own.
public final class CallHistory {

    private static final String ATTEMPTS = """
            select number, provider, model, outcome, tokens_in, tokens_out, tokens_cached, estimated, cost, started_at,
                   ended_at, provider_request_id, dropped
            from call_attempt
            where project_id = :project and call_id = :call
            order by number
            """;

    /// An attempt on record.
    ///
    /// @param outcome its class
    /// @param tokensIn absent where nothing is known to have been used, as all tokens
    /// @param estimated whether the tokens were guessed
    /// @param cost absent where nobody knows, or without a price
    /// @param dropped parameters that the deployment did not get, since it does not have them
    public record Entry(
            int number,
            String provider,
            String model,
            String outcome,
            Optional<Long> tokensIn,
            Optional<Long> tokensOut,
            Optional<Long> tokensCached,
            boolean estimated,
            Optional<BigDecimal> cost,
            Instant started,
            Instant ended,
            Optional<String> requestId,
            List<String> dropped) {}

    private final Database database;

    public CallHistory(Database database) {
        this.database = database;
    }

    /// @param call its `x-request-id`
    /// @return in the order in which they began; empty where the project has no such call on record
    public List<Entry> attempts(UUID project, String call) {
        return database.client()
                .sql(ATTEMPTS)
                .param("project", project)
                .param("call", call)
                .query((row, number) -> new Entry(
                        row.getInt("number"),
                        row.getString("provider"),
                        row.getString("model"),
                        row.getString("outcome"),
                        Optional.ofNullable(row.getObject("tokens_in", Long.class)),
                        Optional.ofNullable(row.getObject("tokens_out", Long.class)),
                        Optional.ofNullable(row.getObject("tokens_cached", Long.class)),
                        row.getBoolean("estimated"),
                        Optional.ofNullable(row.getBigDecimal("cost")),
                        row.getObject("started_at", OffsetDateTime.class).toInstant(),
                        row.getObject("ended_at", OffsetDateTime.class).toInstant(),
                        Optional.ofNullable(row.getString("provider_request_id")),
                        NamesColumn.read(row.getString("dropped"))))
                .list();
    }
}
