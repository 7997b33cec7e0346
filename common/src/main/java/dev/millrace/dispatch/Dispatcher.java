package dev.millrace.dispatch;

import dev.millrace.database.Database;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Chooses what of the backlog goes to Kafka next, as far as the lane has room: in turns by project, within a project
/// by priority and waiting time, no project past its limit. One dispatcher at a time chooses for a lane; the others
/// find the lane taken and leave it.
public final class Dispatcher {

    // Moves rows within one statement, so that the count that it is based on is of the same moment.
    private static final String DISPATCH = """
            with recursive busy as (
                -- A job that was taken back waits for no token.
                select count(*) as dispatched from job_dispatch where lane = ? and take_backs = 0
            ), heads as (
                (select project_id from job_backlog where lane = ? order by project_id limit 1)
                union all
                select n.project_id
                from heads h cross join lateral (
                    select b.project_id from job_backlog b
                    where b.lane = ? and b.project_id > h.project_id
                    order by b.project_id limit 1
                ) n
            ), active as (
                select project_id, count(*) as jobs
                from (select project_id from job_run where lane = ? and hold_reason is null
                      union all select project_id from job_dispatch where lane = ?) a
                where (select dispatched from busy) < ?
                group by project_id
            ), candidates as (
                select c.job_id, c.turn,
                       coalesce(a.jobs, 0) + row_number() over (partition by h.project_id order by c.turn, c.job_id)
                           as place,
                       coalesce(p.max_active, ?) as most
                from heads h
                     left join active a using (project_id)
                     left join project p on p.id = h.project_id
                     cross join lateral (
                         select b.job_id, b.turn from job_backlog b
                         where b.lane = ? and b.project_id = h.project_id and b.run_at <= now()
                         order by b.turn, b.job_id
                         limit greatest(0, least(?, ? - (select dispatched from busy)))
                     ) c
            ), chosen as (
                select job_id from candidates
                where place <= most
                order by place, turn
                limit greatest(0, least(?, ? - (select dispatched from busy)))
            ), gone as (
                delete from job_backlog b using chosen c where b.job_id = c.job_id
                returning b.*
            )
            insert into job_dispatch (job_id, project_id, lane, dispatched_at, epoch, attempts, take_backs, sequence,
                                      started_at)
            select job_id, project_id, lane, now(), epoch, attempts, take_backs, sequence, started_at from gone
            returning job_id
            """;

    private static final String ONE_AT_A_TIME = "select pg_try_advisory_xact_lock(hashtext('millrace.dispatch.' || ?))";

    private final Database database;
    private final DispatchSettings settings;

    public Dispatcher(Database database, DispatchSettings settings) {
        this.database = database;
        this.settings = settings;
    }

    /// One pass over a lane.
    ///
    /// @param most most jobs in this pass, for the ramp after an outage
    /// @return what was dispatched, committed, its tokens still to be published
    public List<Dispatched> dispatch(JobKind kind, int most) {
        return database.inTransaction(
                connection -> mine(connection, kind) ? move(connection, kind, most) : List.<Dispatched>of());
    }

    private static boolean mine(Connection connection, JobKind kind) throws SQLException {
        try (var statement = connection.prepareStatement(ONE_AT_A_TIME)) {
            statement.setString(1, kind.word());
            try (var rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }

    private List<Dispatched> move(Connection connection, JobKind kind, int most) throws SQLException {
        var dispatched = new ArrayList<Dispatched>();
        try (var statement = connection.prepareStatement(DISPATCH)) {
            int at = 1;
            for (int i = 0; i < 5; i++) {
                statement.setString(at++, kind.word());
            }
            statement.setInt(at++, settings.room());
            statement.setInt(at++, settings.projectActive());
            statement.setString(at++, kind.word());
            statement.setInt(at++, most);
            statement.setInt(at++, settings.room());
            statement.setInt(at++, most);
            statement.setInt(at, settings.room());
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    dispatched.add(new Dispatched(new JobId(rows.getObject(1, UUID.class)), kind));
                }
            }
        }
        return dispatched;
    }
}
