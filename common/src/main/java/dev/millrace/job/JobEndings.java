package dev.millrace.job;

import dev.millrace.database.Columns;
import dev.millrace.database.Database;
import dev.millrace.database.KeptPlan;
import dev.millrace.ledger.Reservations;
import dev.millrace.ledger.UsageEntries;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Ends jobs: the state, the attempt, the event and the webhook's delivery of many jobs in one statement, so that
/// either all of a job's end is there or none of it.
public final class JobEndings {

    private static final String INPUT = """
            with input as (
                select * from unnest(?::uuid[], ?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bytea[],
                                     ?::uuid[], %s)
                     as t(job_id, epoch, status, error_code, error_message, usage, result, delivery_id, %s)
            )
            """.formatted(Attempts.TYPES, Attempts.NAMES);

    // A cancel that was committed before wins over whatever the attempt came to.
    //
    // What a part returns the planner takes for a single row, and two of them joined it compares each with each. So
    // each join here is by index, or has what came in on one side: `asked`, too, is read for all that came in.
    private static final String RECORD =
            """
            , ended as (
                insert into job_end (job_id, project_id, kind, status, sequence, attempts, started_at, finished_at,
                                     error_code, error_message, usage, result)
                select g.job_id, g.project_id, g.lane, g.status, g.sequence, greatest(g.attempts, i.number),
                       g.started_at, now(),
                       case when g.cancel_requested then 'cancelled' else i.error_code end,
                       case when g.cancel_requested then 'The job was cancelled at its caller''s request.'
                            else i.error_message end,
                       case when not g.cancel_requested then i.usage end,
                       case when not g.cancel_requested then i.result end
                from gone g join input i using (job_id, epoch)
            ), events as (
                insert into job_event (job_id, sequence, type, created_at)
                select job_id, sequence, 'job.' || status, now() from gone
            ), asked as materialized (
                select id, project_id, model, key_id, webhook_url from job
                where id = any (array(select job_id from input))
            ), attempts as (
            %s
            ), spent as (
            %s
            ), released as (
            %s
            ), told as (
                insert into delivery (id, job_id, sequence, project_id, url, body, created_at)
                select g.delivery_id, g.job_id, g.sequence, g.project_id, j.webhook_url,
                       event_body(g.job_id, g.sequence, 'job.' || g.status, now()), now()
                from gone g join asked j on j.id = g.job_id
                where j.webhook_url is not null
                returning id, job_id, project_id, url, body
            ), due as (
                insert into delivery_due (delivery_id, project_id, endpoint, due_at, claimed_by)
                select id, project_id, endpoint_hash(project_id, url), now(), ?::uuid from told
            )
            select job_id, status, sequence, null, null, null, null from gone
            union all
            select job_id, null, null, project_id, id, url, body from told
            """.formatted(Attempts.WRITE, UsageEntries.ofAttempts("asked"), Reservations.RELEASE);

    private static final String END_RUNNING = INPUT + """
            , gone as (
                delete from job_run r using input i
                where r.job_id = any (array(select job_id from input)) and r.job_id = i.job_id and r.epoch = i.epoch
                returning r.job_id, r.epoch, r.project_id, r.lane, r.attempts, r.sequence + 1 as sequence, r.started_at,
                          r.cancel_requested, i.delivery_id,
                          case when r.cancel_requested then 'cancelled' else i.status end as status
            )
            """ + RECORD;

    // Nothing before it is in its transaction, and nothing comes after it.
    private static final String SETTLE = "select " + KeptPlan.KEPT_BY_INDEX + ";" + END_RUNNING;

    private static final String END_QUEUED = INPUT + """
            , waiting as (
                delete from job_backlog q using input i where q.job_id = i.job_id
                returning q.job_id, i.epoch, q.project_id, q.lane, q.attempts, q.sequence, q.started_at, i.delivery_id,
                          i.status
            ), published as (
                delete from job_dispatch q using input i where q.job_id = i.job_id
                returning q.job_id, i.epoch, q.project_id, q.lane, q.attempts, q.sequence, q.started_at, i.delivery_id,
                          i.status
            ), gone as (
                select job_id, epoch, project_id, lane, attempts, sequence + 1 as sequence, started_at,
                       false as cancel_requested, delivery_id, status
                from (select * from waiting union all select * from published) queued
            )
            """ + RECORD;

    private JobEndings() {}

    /// Ends running jobs, each only under its epoch. A job that is missing in the answer was no longer the holder's.
    ///
    /// @param sender the worker that will send the deliveries at once; null leaves them to any
    public static List<Ended> end(Database database, List<Ending> endings, @Nullable UUID sender) {
        return database.run(connection -> write(connection, SETTLE, endings, sender));
    }

    /// As [#end(Database, List, UUID)], with a plan of its own, within the caller's transaction.
    public static List<Ended> end(Connection connection, List<Ending> endings, @Nullable UUID sender)
            throws SQLException {
        return write(connection, END_RUNNING, endings, sender);
    }

    /// Ends a job that nobody has claimed; empty if it is not queued any more.
    static Optional<Ended> endQueued(Connection connection, Ending ending) throws SQLException {
        return write(connection, END_QUEUED, List.of(ending), null).stream().findFirst();
    }

    private record Fence(JobId job, int epoch) {}

    /// A job ends once, also in a batch.
    private static List<Ending> firstUnderEachEpoch(List<Ending> endings) {
        var seen = new HashSet<Fence>();
        return endings.stream()
                .filter(ending -> seen.add(new Fence(ending.job(), ending.epoch())))
                .toList();
    }

    private static List<Ended> write(Connection connection, String sql, List<Ending> batch, @Nullable UUID sender)
            throws SQLException {
        var endings = firstUnderEachEpoch(batch);
        var columns = new Columns<>(connection, endings);
        try (var statement = connection.prepareStatement(sql)) {
            statement.setArray(1, columns.uuids(ending -> ending.job().value()));
            statement.setArray(2, columns.ints(Ending::epoch));
            statement.setArray(3, columns.texts(ending -> ending.status().word()));
            statement.setArray(4, columns.foreignTexts(Ending::errorCode));
            statement.setArray(5, columns.foreignTexts(Ending::errorMessage));
            statement.setArray(6, columns.foreignTexts(Ending::usage));
            statement.setArray(7, columns.bytes(Ending::result));
            statement.setArray(8, columns.uuids(ending -> Uuid7.next()));
            Attempts.set(statement, 9, endings, Ending::attempt);
            statement.setObject(9 + Attempts.COUNT, sender, java.sql.Types.OTHER);
            try (var rows = sql.equals(SETTLE) ? KeptPlan.query(statement) : statement.executeQuery()) {
                return read(rows, endings);
            }
        }
    }

    private static List<Ended> read(ResultSet rows, List<Ending> endings) throws SQLException {
        Map<UUID, JobId> ids = HashMap.newHashMap(endings.size());
        endings.forEach(ending -> ids.put(ending.job().value(), ending.job()));
        var ended = new ArrayList<Ended>(endings.size());
        var told = new HashMap<UUID, Ended.ToDeliver>();
        while (rows.next()) {
            var job = rows.getObject(1, UUID.class);
            var delivery = rows.getObject(5, UUID.class);
            if (delivery == null) {
                var status = JobStatus.of(rows.getString(2));
                ended.add(new Ended(ids.getOrDefault(job, new JobId(job)), status, rows.getInt(3), Optional.empty()));
            } else {
                told.put(
                        job,
                        new Ended.ToDeliver(
                                delivery, rows.getObject(4, UUID.class), rows.getString(6), rows.getBytes(7)));
            }
        }
        ended.replaceAll(end -> end.told(Optional.ofNullable(told.get(end.job().value()))));
        return ended;
    }
}
