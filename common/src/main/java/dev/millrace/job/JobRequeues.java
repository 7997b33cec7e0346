package dev.millrace.job;

import dev.millrace.database.Columns;
import dev.millrace.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// Puts jobs back: to the backlog for a later try, or to whoever has room when their worker was lost.
public final class JobRequeues {

    // A job that was asked to be cancelled is not put back; its holder ends it.
    private static final String REQUEUE =
            """
            with input as (
                select * from unnest(?::uuid[], ?::int[], ?::int8[], ?::text[], %s)
                     as t(job_id, epoch, delay_ms, reason, %s)
            ), gone as (
                delete from job_run r using input i
                where r.job_id = i.job_id and r.epoch = i.epoch and not r.cancel_requested
                returning r.*
            ), queued as (
                insert into job_backlog (job_id, project_id, lane, turn, run_at, epoch, attempts, take_backs,
                                         sequence, started_at)
                select g.job_id, g.project_id, g.lane,
                       now() + i.delay_ms * interval '1 ms' - j.priority * interval '1 minute',
                       now() + i.delay_ms * interval '1 ms',
                       g.epoch, greatest(g.attempts, i.number),
                       -- That a lookup found nothing is no sign that the job does not kill its workers.
                       case when i.reason = 'not_made' then g.take_backs else 0 end,
                       g.sequence + 1, g.started_at
                from gone g join input i using (job_id, epoch) join job j on j.id = g.job_id
                returning job_id, epoch, sequence, run_at
            ), again as (
                -- A job that finds no room time and again says so once, with the sequence and time of the last one.
                update job_event e
                set sequence = q.sequence,
                    detail = e.detail || jsonb_build_object('run_at', extract(epoch from q.run_at))
                from queued q join input i using (job_id, epoch)
                where i.reason = 'no_capacity' and e.job_id = q.job_id and e.sequence = q.sequence - 2
                  and e.type = 'job.queued' and e.detail ->> 'reason' = 'no_capacity'
                returning e.job_id
            ), in_between as (
                -- The claim that came to nothing.
                delete from job_event e using queued q join again a using (job_id)
                where e.job_id = q.job_id and e.sequence = q.sequence - 1
            ), events as (
                insert into job_event (job_id, sequence, type, created_at, detail)
                select q.job_id, q.sequence, 'job.queued', now(),
                       jsonb_build_object('reason', i.reason, 'run_at', extract(epoch from q.run_at))
                from queued q join input i using (job_id, epoch)
                where not exists (select 1 from again a where a.job_id = q.job_id)
            ), attempts as (
            %s
            ), spent as (
            %s
            )
            select job_id from queued
            """.formatted(Attempts.TYPES, Attempts.NAMES, Attempts.WRITE, Attempts.SUM_UP);

    // Dispatched already: a taken-back job waits for no token, but for a worker that claims it alone. One that was
    // handed back in order waits for its turn and its token like any other, before what has not been begun.
    private static final String TAKE_BACK =
            """
            with input as (
                select * from unnest(?::uuid[], ?::int[], ?::int[], %s) as t(job_id, epoch, counted, %s)
            ), gone as (
                delete from job_run r using input i where r.job_id = i.job_id and r.epoch = i.epoch
                returning r.*
            ), again as (
                select g.job_id, g.project_id, g.lane, g.epoch + 1 as epoch, greatest(g.attempts, i.number) as attempts,
                       g.take_backs + i.counted as take_backs, g.sequence + 1 as sequence, g.started_at
                from gone g join input i using (job_id, epoch)
            ), dispatched as (
                insert into job_dispatch (job_id, project_id, lane, dispatched_at, epoch, attempts, take_backs,
                                          sequence, started_at)
                select job_id, project_id, lane, now(), epoch, attempts, take_backs, sequence, started_at
                from again where take_backs > 0
            ), waiting as (
                insert into job_backlog (job_id, project_id, lane, turn, run_at, epoch, attempts, take_backs,
                                         sequence, started_at)
                select a.job_id, a.project_id, a.lane, a.started_at - j.priority * interval '1 minute', now(), a.epoch,
                       a.attempts, a.take_backs, a.sequence, a.started_at
                from again a join job j on j.id = a.job_id where a.take_backs = 0
            ), events as (
                insert into job_event (job_id, sequence, type, created_at, detail)
                select job_id, sequence, 'job.queued', now(), jsonb_build_object('reason', 'worker_lost') from again
            ), attempts as (
            %s
            ), spent as (
            %s
            )
            select job_id from again
            """.formatted(Attempts.TYPES, Attempts.NAMES, Attempts.WRITE, Attempts.SUM_UP);

    /// A job whose worker is gone.
    ///
    /// @param counted whether the job may be what its worker died of; not so after a clean stop
    /// @param attempt what it had begun, now abandoned
    public record TakeBack(JobId job, int epoch, boolean counted, AttemptReport attempt) {}

    private JobRequeues() {}

    /// Answers the jobs that were put back; one that is missing was lost or is to be cancelled.
    public static Set<JobId> requeue(Database database, List<Requeue> requeues) {
        return database.run(connection -> requeue(connection, requeues));
    }

    public static Set<JobId> requeue(Connection connection, List<Requeue> requeues) throws SQLException {
        var columns = new Columns<>(connection, requeues);
        try (var statement = connection.prepareStatement(REQUEUE)) {
            statement.setArray(1, columns.uuids(requeue -> requeue.job().value()));
            statement.setArray(2, columns.ints(Requeue::epoch));
            statement.setArray(3, columns.longs(requeue -> requeue.delay().toMillis()));
            statement.setArray(4, columns.texts(Requeue::reason));
            Attempts.set(statement, 5, requeues, Requeue::attempt);
            return ids(statement);
        }
    }

    public static Set<JobId> takeBack(Connection connection, List<TakeBack> takeBacks) throws SQLException {
        var columns = new Columns<>(connection, takeBacks);
        try (var statement = connection.prepareStatement(TAKE_BACK)) {
            statement.setArray(1, columns.uuids(taken -> taken.job().value()));
            statement.setArray(2, columns.ints(TakeBack::epoch));
            statement.setArray(3, columns.ints(taken -> taken.counted() ? 1 : 0));
            Attempts.set(statement, 4, takeBacks, taken -> java.util.Optional.of(taken.attempt()));
            return ids(statement);
        }
    }

    private static Set<JobId> ids(java.sql.PreparedStatement statement) throws SQLException {
        var ids = new HashSet<JobId>();
        try (var rows = statement.executeQuery()) {
            while (rows.next()) {
                ids.add(new JobId(rows.getObject(1, UUID.class)));
            }
        }
        return ids;
    }
}
