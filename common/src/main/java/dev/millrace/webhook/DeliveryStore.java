package dev.millrace.webhook;

import dev.millrace.database.Columns;
import dev.millrace.database.Database;
import dev.millrace.database.KeptPlan;
import dev.millrace.job.JobId;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Deliveries in the database: which are due, and how attempts at them went.
public final class DeliveryStore {

    private static final String CLAIM_DUE = """
            with due as (
                select delivery_id from delivery_due
                where claimed_by is null and state = 'pending' and due_at <= now()
                  and endpoint <> all (array(select endpoint_hash(p, u) from unnest(?::uuid[], ?::text[]) as t(p, u)))
                  and project_id <> all (?::uuid[])
                  -- A worker that was forgotten would keep what it claims for ever.
                  and exists (select 1 from worker where id = ?)
                order by due_at
                limit ?
                for update skip locked
            ), taken as (
                update delivery_due d set claimed_by = ? from due where d.delivery_id = due.delivery_id
                returning d.delivery_id, d.attempts, d.resends, d.schedule_start
            )
            select d.id, d.job_id, d.project_id, d.url, d.body, t.attempts, t.resends, t.schedule_start
            from taken t join delivery d on d.id = t.delivery_id
            """;

    private static final String HELD_BY = """
            select d.id, d.job_id, d.project_id, d.url, d.body, t.attempts, t.resends, t.schedule_start
            from delivery d join delivery_due t on t.delivery_id = d.id
            where d.job_id = any (?) and t.claimed_by = ?
            """;

    private static final String CLAIMED_BY = "select delivery_id from delivery_due where claimed_by = :worker";

    // One statement for a batch of outcomes: the record of the attempt, and what becomes of the delivery. By arrays,
    // which are looked up in the index also by a plan that was made while nothing was due.
    private static final String REPORT = """
            select %s;
            with input as (
                select * from unnest(?::uuid[], ?::int[], ?::int[], ?::int8[], ?::int[], ?::text[], ?::int[],
                                     ?::bytea[], ?::int8[])
                     as t(delivery_id, number, resends, started_ms, millis, outcome, http_status, response, next_ms)
            ), log as (
                insert into delivery_attempt (delivery_id, number, started_at, millis, outcome, http_status, response)
                select delivery_id, number, to_timestamp(started_ms / 1000.0), millis, outcome, http_status, response
                from input
                on conflict (delivery_id, number) do nothing
            ), decisive as (
                -- Of one that was tried twice meanwhile, by a worker that had been lost and came back.
                select distinct on (delivery_id) delivery_id, number, resends, outcome = 'succeeded' as heard, next_ms
                from input
                order by delivery_id, heard desc, number desc
            ), done as (
                delete from delivery_due d
                using decisive i
                where d.delivery_id = any (array(select delivery_id from decisive where heard))
                  and d.delivery_id = i.delivery_id and i.heard
                  -- Whoever asked for it to be sent again did so after this attempt had begun, or been reported before.
                  and d.resends = i.resends and d.schedule_start < i.number
            )
            update delivery_due d
            set claimed_by = null, attempts = i.number,
                -- Asked for while this was under way: at once, and by a whole schedule.
                schedule_start = case when d.resends = i.resends then d.schedule_start else i.number end,
                state = case when d.resends = i.resends and i.next_ms is null then 'exhausted' else 'pending' end,
                due_at = now() + case when d.resends = i.resends then coalesce(i.next_ms, 0) else 0 end
                                 * interval '1 ms'
            from decisive i
            where d.delivery_id = any (array(select delivery_id from decisive))
              and d.delivery_id = i.delivery_id
              and (not i.heard or d.resends <> i.resends)
              -- What is known already does not disturb who tries it now.
              and d.attempts < i.number
            """.formatted(KeptPlan.KEPT_BY_INDEX);

    // Not tried, so not counted: there was no slot for its endpoint or project.
    private static final String RELEASE = """
            update delivery_due set claimed_by = null, due_at = now() + ? * interval '1 ms'
            where delivery_id = any (?) and claimed_by = ?
            """;

    /// Where a project wants to be told.
    public record Endpoint(UUID project, String url) {}

    /// Whose deliveries are to be left alone.
    public record Busy(List<Endpoint> endpoints, List<UUID> projects) {
        public static final Busy NOBODY = new Busy(List.of(), List.of());
    }

    private final Database database;

    public DeliveryStore(Database database) {
        this.database = database;
    }

    /// Those that are due, the longest first, but none of those for whom the worker has no place.
    public List<DueDelivery> claimDue(UUID worker, int limit, Busy busy) {
        return database.run(connection -> {
            try (var statement = connection.prepareStatement(CLAIM_DUE)) {
                var endpoints = new Columns<>(connection, busy.endpoints());
                statement.setArray(1, endpoints.uuids(Endpoint::project));
                statement.setArray(2, endpoints.texts(Endpoint::url));
                statement.setArray(
                        3, connection.createArrayOf("uuid", busy.projects().toArray()));
                statement.setObject(4, worker);
                statement.setInt(5, limit);
                statement.setObject(6, worker);
                return read(statement);
            }
        });
    }

    /// Deliveries of these jobs that were written as this worker's, by a settle whose answer was lost.
    public List<DueDelivery> heldBy(UUID worker, List<JobId> jobs) {
        return database.run(connection -> {
            try (var statement = connection.prepareStatement(HELD_BY)) {
                statement.setArray(
                        1,
                        connection.createArrayOf(
                                "uuid", jobs.stream().map(JobId::value).toArray()));
                statement.setObject(2, worker);
                return read(statement);
            }
        });
    }

    /// The deliveries that a worker has, by the database. Reads all that are due or waiting: not to be asked often.
    public List<UUID> claimedBy(UUID worker) {
        return database.client()
                .sql(CLAIMED_BY)
                .param("worker", worker)
                .query(UUID.class)
                .list();
    }

    private static List<DueDelivery> read(PreparedStatement statement) throws SQLException {
        var deliveries = new ArrayList<DueDelivery>();
        try (var rows = statement.executeQuery()) {
            while (rows.next()) {
                deliveries.add(new DueDelivery(
                        rows.getObject(1, UUID.class),
                        new JobId(rows.getObject(2, UUID.class)),
                        rows.getObject(3, UUID.class),
                        rows.getString(4),
                        rows.getBytes(5),
                        rows.getInt(6),
                        rows.getInt(7),
                        rows.getInt(8)));
            }
        }
        return deliveries;
    }

    public void report(List<DeliveryReport> reports) {
        database.run(connection -> {
            var columns = new Columns<>(connection, reports);
            try (var statement = connection.prepareStatement(REPORT)) {
                statement.setArray(1, columns.uuids(DeliveryReport::delivery));
                statement.setArray(2, columns.ints(DeliveryReport::number));
                statement.setArray(3, columns.ints(DeliveryReport::resends));
                statement.setArray(4, columns.longs(report -> report.startedAt().toEpochMilli()));
                statement.setArray(5, columns.ints(report -> (int) report.took().toMillis()));
                statement.setArray(6, columns.texts(DeliveryReport::outcome));
                statement.setArray(7, columns.integers(DeliveryReport::httpStatus));
                statement.setArray(8, columns.bytes(DeliveryReport::response));
                statement.setArray(
                        9,
                        columns.longs(report -> report.next().isPresent()
                                ? Long.valueOf(report.next().get().toMillis())
                                : null));
                return statement.execute();
            }
        });
    }

    public void release(UUID worker, List<UUID> deliveries, java.time.Duration delay) {
        database.run(connection -> {
            try (var statement = connection.prepareStatement(RELEASE)) {
                statement.setLong(1, delay.toMillis());
                statement.setArray(2, connection.createArrayOf("uuid", deliveries.toArray()));
                statement.setObject(3, worker);
                return statement.executeUpdate();
            }
        });
    }
}
