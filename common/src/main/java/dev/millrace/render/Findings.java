package dev.millrace.render;

import dev.millrace.database.NamesColumn;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.JobId;
import dev.millrace.ledger.UsageEntries;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// What has been learnt of a paid create, written on its attempt: where nothing is known yet, and whoever holds the
/// job.
final class Findings {

    // A finding counts whoever holds the job now, but only where nothing is known yet. An attempt that has ended keeps
    // its end.
    private static final String ACCEPT_ATTEMPT = """
            update attempt
            set status = case when status in ('started', 'indeterminate') then 'accepted' else status end,
                outcome = case when status in ('started', 'indeterminate') then 'accepted' else outcome end,
                operation_id = ?, accepted_at = now(),
                http_status = coalesce(?, http_status), provider_request_id = coalesce(?, provider_request_id),
                dropped = coalesce(?, dropped)
            where job_id = ? and number = ? and operation_id is null
            """;

    private static final String MARK_INDETERMINATE = """
            update attempt
            set status = 'indeterminate', outcome = ?, error_message = ?,
                http_status = coalesce(?, http_status), provider_request_id = coalesce(?, provider_request_id)
            where job_id = ? and number = ? and status = 'started'
            """;

    private static final String ABANDON_INDETERMINATE = """
            with written as (
                update attempt set status = 'abandoned', finished_at = now()
                where job_id = ? and number = ? and status = 'indeterminate'
                returning job_id
            )
            """ + UsageEntries.OF_ABANDONED;

    // An attempt that has ended keeps its end; but where it was given up with its cost unknown, or was said not to have
    // been made, and its render was then followed all the same, the cost comes to be known. The sums get what is new,
    // on the day on which it ended.
    private static final String END_ATTEMPT = """
            with old as (
                select job_id, number, seconds, cost, status in ('started', 'accepted', 'indeterminate') as open
                from attempt where job_id = ? and number = ? for update
            ), written as (
                update attempt a
                set status = case when o.open then ? else a.status end,
                    finished_at = case when o.open then now() else a.finished_at end,
                    outcome = case when o.open then ? else a.outcome end,
                    error_code = case when o.open then ? else a.error_code end,
                    error_message = case when o.open then ? else a.error_message end,
                    http_status = coalesce(?, a.http_status),
                    seconds = coalesce(?::numeric, a.seconds), cost = coalesce(?::numeric, a.cost),
                    polls = coalesce(?, a.polls), first_polled_at = coalesce(?, a.first_polled_at),
                    polled_at = coalesce(?, a.polled_at)
                from old o
                where a.job_id = o.job_id and a.number = o.number
                  and (o.open or ?::numeric > coalesce(o.cost, -1))
                returning a.job_id, o.open, o.cost as cost_before, a.cost,
                          coalesce(a.seconds, 0) - coalesce(o.seconds, 0) as more_seconds,
                          coalesce(a.cost, 0) - coalesce(o.cost, 0) as more_cost,
                          (coalesce(a.finished_at, now()) at time zone 'UTC')::date as day
            )
            """ + UsageEntries.INSERT + """
            select j.project_id, w.day, j.model, j.key_id, case when w.open then 1 else 0 end,
                   case when w.open and w.cost is null then 1
                        when not w.open and w.cost_before is null then -1 else 0 end,
                   0, 0, 0, w.more_seconds, w.more_cost
            from written w join job j on j.id = w.job_id
            """;

    private static final String NAME_ASSET = """
            insert into asset (job_id, attempt, project_id, path, content_type, bytes, sha256)
            values (?, ?, ?, ?, ?, ?, ?)
            on conflict (job_id, attempt) do nothing
            """;

    private static final String HOLD_OPERATION = """
            insert into operation as o (provider, operation_id, job_id, attempt) values (?, ?, ?, ?)
            on conflict (provider, operation_id) do update set attempt = excluded.attempt
                where o.job_id = excluded.job_id and o.attempt = excluded.attempt
            """;

    private static final String HELD_OPERATIONS = """
            select operation_id from operation where provider = ? and operation_id = any (?::text[])
            """;

    private Findings() {}

    /// @return whether the operation is new to the attempt
    static boolean acceptAttempt(Connection connection, JobId job, AttemptReport attempt, String operationId)
            throws SQLException {
        return Statements.update(
                        connection,
                        ACCEPT_ATTEMPT,
                        operationId,
                        attempt.httpStatus(),
                        attempt.providerRequestId(),
                        NamesColumn.write(attempt.dropped()),
                        job.value(),
                        attempt.number())
                == 1;
    }

    /// @return false if more was known of the attempt already
    static boolean markIndeterminate(Connection connection, JobId job, AttemptReport attempt) throws SQLException {
        return Statements.update(
                        connection,
                        MARK_INDETERMINATE,
                        attempt.outcome(),
                        attempt.errorMessage(),
                        attempt.httpStatus(),
                        attempt.providerRequestId(),
                        job.value(),
                        attempt.number())
                == 1;
    }

    static void abandonIndeterminate(Connection connection, JobId job, int attempt) throws SQLException {
        Statements.update(connection, ABANDON_INDETERMINATE, job.value(), attempt);
    }

    static void endAttempt(Connection connection, JobId job, AttemptReport attempt, Polls polls) throws SQLException {
        Statements.update(
                connection,
                END_ATTEMPT,
                job.value(),
                attempt.number(),
                attempt.status().word(),
                attempt.outcome(),
                attempt.errorCode(),
                attempt.errorMessage(),
                attempt.httpStatus(),
                attempt.seconds(),
                attempt.cost(),
                polls.number(),
                polls.first(),
                polls.last(),
                attempt.cost());
    }

    static void nameAsset(Connection connection, FollowedRender render, StoredFile file) throws SQLException {
        Statements.update(
                connection,
                NAME_ASSET,
                render.job().value(),
                render.attempt(),
                render.project(),
                file.path(),
                file.contentType(),
                file.bytes(),
                file.sha256());
    }

    /// @return whether the operation is this attempt's, now or since before
    static boolean holdOperation(Connection connection, JobId job, int attempt, Operation operation)
            throws SQLException {
        return Statements.update(connection, HOLD_OPERATION, operation.provider(), operation.id(), job.value(), attempt)
                == 1;
    }

    static List<String> heldOperations(Connection connection, String provider, List<String> ids) throws SQLException {
        var held = new ArrayList<String>();
        try (var statement = connection.prepareStatement(HELD_OPERATIONS)) {
            statement.setString(1, provider);
            statement.setArray(2, connection.createArrayOf("text", ids.toArray()));
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    held.add(rows.getString(1));
                }
            }
        }
        return held;
    }
}
