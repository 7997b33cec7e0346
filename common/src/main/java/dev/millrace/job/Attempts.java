package dev.millrace.job;

import dev.millrace.database.Columns;
import dev.millrace.database.NamesColumn;
import dev.millrace.ledger.UsageEntries;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How attempts ride along in the statements that settle their jobs: columns for `unnest`, and the write itself.
final class Attempts {

    static final String TYPES =
            "?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int8[], ?::text[], ?::text[], ?::text[],"
                    + " ?::int[], ?::text[], ?::int8[], ?::int8[], ?::int8[], ?::numeric[], ?::numeric[], ?::text[]";

    static final String NAMES = "number, a_status, provider, model, key_ref, started_ms, outcome, a_code, a_message,"
            + " http_status, request_id, tokens_in, tokens_out, tokens_cached, seconds, cost, dropped";

    /// Reads `input` and `gone`, which says by id and epoch whose attempts are to be written. An attempt that was on
    /// record when it began is completed; what is known stays.
    static final String WRITE = """
            insert into attempt (job_id, number, status, provider, model, key_ref, epoch, started_at, finished_at,
                                 outcome, error_code, error_message, http_status, provider_request_id,
                                 tokens_in, tokens_out, tokens_cached, seconds, cost, dropped)
            select i.job_id, i.number, i.a_status, i.provider, i.model, i.key_ref, i.epoch,
                   to_timestamp(i.started_ms / 1000.0),
                   case when i.a_status in ('succeeded', 'failed', 'abandoned') then now() end,
                   i.outcome, i.a_code, i.a_message, i.http_status, i.request_id,
                   i.tokens_in, i.tokens_out, i.tokens_cached, i.seconds, i.cost, i.dropped
            from input i join gone using (job_id, epoch)
            where i.number is not null
            on conflict (job_id, number) do update
                set status = excluded.status, finished_at = excluded.finished_at, outcome = excluded.outcome,
                    error_code = excluded.error_code, error_message = excluded.error_message,
                    http_status = coalesce(excluded.http_status, attempt.http_status),
                    provider_request_id = coalesce(excluded.provider_request_id, attempt.provider_request_id),
                    tokens_in = excluded.tokens_in, tokens_out = excluded.tokens_out,
                    tokens_cached = excluded.tokens_cached, seconds = excluded.seconds, cost = excluded.cost,
                    dropped = coalesce(excluded.dropped, attempt.dropped)
                -- A note that comes late does not turn back what has been settled.
                where attempt.status = 'started'
            returning job_id, status, tokens_in, tokens_out, tokens_cached, seconds, cost
            """;

    /// Adds what [#WRITE], as `attempts`, has ended to the sums.
    static final String SUM_UP = UsageEntries.ofAttempts("job");

    static final int COUNT = 17;

    private Attempts() {}

    /// Sets the [#COUNT] parameters from `first` on.
    static <T> void set(
            PreparedStatement statement, int first, List<T> rows, Function<T, Optional<AttemptReport>> attempt)
            throws SQLException {
        var columns = new Columns<>(statement.getConnection(), rows);
        int at = first;
        statement.setArray(at++, columns.integers(column(attempt, AttemptReport::number)));
        statement.setArray(
                at++, columns.texts(column(attempt, report -> report.status().word())));
        statement.setArray(at++, columns.texts(column(attempt, AttemptReport::provider)));
        statement.setArray(at++, columns.texts(column(attempt, AttemptReport::model)));
        statement.setArray(at++, columns.texts(column(attempt, AttemptReport::keyRef)));
        statement.setArray(
                at++, columns.longs(column(attempt, report -> report.startedAt().toEpochMilli())));
        statement.setArray(at++, columns.foreignTexts(column(attempt, AttemptReport::outcome)));
        statement.setArray(at++, columns.foreignTexts(column(attempt, AttemptReport::errorCode)));
        statement.setArray(at++, columns.foreignTexts(column(attempt, AttemptReport::errorMessage)));
        statement.setArray(at++, columns.integers(column(attempt, AttemptReport::httpStatus)));
        statement.setArray(at++, columns.foreignTexts(column(attempt, AttemptReport::providerRequestId)));
        statement.setArray(at++, columns.longs(column(attempt, AttemptReport::tokensIn)));
        statement.setArray(at++, columns.longs(column(attempt, AttemptReport::tokensOut)));
        statement.setArray(at++, columns.longs(column(attempt, AttemptReport::tokensCached)));
        statement.setArray(at++, columns.numerics(column(attempt, AttemptReport::seconds)));
        statement.setArray(at++, columns.numerics(column(attempt, AttemptReport::cost)));
        statement.setArray(at, columns.foreignTexts(column(attempt, report -> NamesColumn.write(report.dropped()))));
    }

    private static <T, C> Function<T, @Nullable C> column(
            Function<T, Optional<AttemptReport>> attempt, Function<AttemptReport, @Nullable C> value) {
        return row -> {
            var report = attempt.apply(row);
            return report.isPresent() ? value.apply(report.get()) : null;
        };
    }
}
