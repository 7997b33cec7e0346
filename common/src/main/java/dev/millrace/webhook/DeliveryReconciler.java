package dev.millrace.webhook;

import dev.millrace.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import org.jspecify.annotations.Nullable;

/// Looks for jobs that ended without the event or the delivery that belongs to their end, and writes what is missing.
/// Since all three are one statement, it should never find any; that it does is a bug, and counted as one.
///
/// All workers share one position. Each step moves it over what ended since, a minute's endings at most, so that each
/// ending is looked at once, however many there are, and none is left out while no worker runs.
public final class DeliveryReconciler {

    /// What one step found.
    ///
    /// @param repaired events and deliveries that were missing
    /// @param more     whether there is another minute to look at now
    public record Step(int repaired, boolean more) {}

    private record Slice(Timestamp after, Timestamp until, boolean more) {}

    private static final String BEGIN = """
            insert into platform_fact (name, value) values ('reconciled_until', (now() - interval '2 hours')::text)
            on conflict (name) do nothing
            """;

    // Who finds the position locked leaves the slice to the other worker. The last minute may still be under way.
    private static final String NEXT = """
            select value::timestamptz, least(value::timestamptz + interval '1 minute', now() - interval '1 minute'),
                   value::timestamptz + interval '1 minute' < now() - interval '1 minute'
            from platform_fact
            where name = 'reconciled_until' and value::timestamptz < now() - interval '1 minute'
            for update skip locked
            """;

    private static final String MOVE =
            "update platform_fact set value = ?::timestamptz::text where name = 'reconciled_until'";

    // A minute's endings are few among the rows of a week. What joins tables as wholes is dear whenever it is wrong
    // about that, and here it never is right.
    private static final String BY_INDEX = "set local enable_hashjoin = off; set local enable_mergejoin = off";

    private static final String EVENTS = """
            with ended as materialized (
                select job_id, sequence, status, finished_at from job_end where finished_at > ? and finished_at <= ?
            )
            insert into job_event (job_id, sequence, type, created_at)
            select e.job_id, e.sequence, 'job.' || e.status, e.finished_at
            from ended e
            where not exists (select 1 from job_event v where v.job_id = e.job_id and v.sequence = e.sequence)
            """;

    private static final String DELIVERIES = """
            with ended as materialized (
                select job_id, sequence, project_id, status, finished_at
                from job_end where finished_at > ? and finished_at <= ?
            ), missing as (
                select e.*, j.webhook_url, uuidv7() as id
                from ended e join job j on j.id = e.job_id
                where j.webhook_url is not null
                  and not exists (select 1 from delivery d where d.job_id = e.job_id)
            ), told as (
                insert into delivery (id, job_id, sequence, project_id, url, body, created_at)
                select id, job_id, sequence, project_id, webhook_url,
                       event_body(job_id, sequence, 'job.' || status, finished_at), now()
                from missing
                returning id, project_id, url
            )
            insert into delivery_due (delivery_id, project_id, endpoint, due_at)
            select id, project_id, endpoint_hash(project_id, url), now() from told
            """;

    private final Database database;

    public DeliveryReconciler(Database database) {
        this.database = database;
    }

    /// Looks at what ended since the last step, at most a minute's, if no other worker does.
    public Step step() {
        return database.inTransaction(connection -> {
            execute(connection, BEGIN);
            var slice = next(connection);
            if (slice == null) {
                return new Step(0, false);
            }
            execute(connection, BY_INDEX);
            int repaired = write(connection, EVENTS, slice) + write(connection, DELIVERIES, slice);
            try (var move = connection.prepareStatement(MOVE)) {
                move.setTimestamp(1, slice.until());
                move.executeUpdate();
            }
            return new Step(repaired, slice.more());
        });
    }

    private static @Nullable Slice next(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(NEXT)) {
            return row.next() ? new Slice(row.getTimestamp(1), row.getTimestamp(2), row.getBoolean(3)) : null;
        }
    }

    private static int write(Connection connection, String sql, Slice slice) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            statement.setTimestamp(1, slice.after());
            statement.setTimestamp(2, slice.until());
            return statement.executeUpdate();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
