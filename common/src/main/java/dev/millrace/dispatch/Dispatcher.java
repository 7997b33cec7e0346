package dev.millrace.dispatch;

import dev.millrace.database.Database;
import dev.millrace.database.KeptPlan;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/// Chooses what of the backlog goes to Kafka next, as far as the lane has room: in turns by project, within a project
/// by priority and waiting time, no project past its limit. One dispatcher at a time chooses for a lane; the others
/// find the lane taken and leave it.
public final class Dispatcher {

    /// Dispatched jobs of a project that wait for a worker's memory: with so many, its others wait in the backlog.
    private static final int MOST_PASSED_OVER = 64;

    // Moves rows within one statement, so that the count that it is based on is of the same moment. What it reads is
    // bounded by the room and by the number of projects that wait, not by how much waits: each project shows about
    // twice its share, and only if that leaves room, those with more show as much again as is free.
    private static final String DISPATCH = """
            with recursive room as materialized (
                -- A job that was taken back or passed over waits for no token. What accepting services have drawn ahead is theirs.
                select case when current_setting('millrace.pass') = 'mine'
                            then greatest(0, least(?, ? - count(*),
                                                   ? - count(*) - (select coalesce(sum(drawn), 0) from lane_draw
                                                                   where lane = ?)))::int
                            else 0 end as free
                from job_dispatch where lane = ? and take_backs = 0 and not passed_over
            ), heads as (
                (select project_id from job_backlog
                 where lane = ? and (select free from room) > 0
                 order by project_id limit 1)
                union all
                select n.project_id
                from heads h cross join lateral (
                    select b.project_id from job_backlog b
                    where b.lane = ? and b.project_id > h.project_id
                    order by b.project_id limit 1
                ) n
            ), active as (
                select project_id, count(*) as jobs, count(*) filter (where passed_over) as passed_over
                from (select project_id, false as passed_over from job_run where lane = ? and hold_reason is null
                      union all select project_id, passed_over from job_dispatch where lane = ?) a
                where exists (select 1 from heads)
                group by project_id
            ), ready as materialized (
                select h.project_id, coalesce(a.jobs, 0) as active,
                       coalesce(p.max_active, ?) - coalesce(a.jobs, 0) as allowed
                from heads h
                     left join active a using (project_id)
                     left join project p on p.id = h.project_id
                where coalesce(p.max_active, ?) > coalesce(a.jobs, 0)
                  -- More of what the workers have no memory for would wait there out of its order.
                  and coalesce(a.passed_over, 0) < %d
            ), share as materialized (
                select greatest(1, 2 * (select free from room) / greatest(count(*), 1)) as each from ready
            ), shown as materialized (
                select r.project_id, r.active, c.job_id, c.turn
                from ready r cross join lateral (
                    select b.job_id, b.turn from job_backlog b
                    where b.lane = ? and b.project_id = r.project_id
                      -- Nothing is due before its turn: this ends the scan before all that is not due yet.
                      and b.turn <= now() and b.run_at <= now()
                    order by b.turn, b.job_id
                    limit least((select each from share), r.allowed)
                ) c
            ), deep as materialized (
                select r.project_id, r.active, r.allowed, count(*) over () as projects
                from ready r
                where (select count(*) from shown) < (select free from room)
                  and r.project_id in (select project_id from shown group by project_id
                                       having count(*) = (select each from share))
            ), candidates as (
                select job_id, turn, active + row_number() over (partition by project_id order by turn, job_id) as place
                from (
                    select project_id, active, job_id, turn from shown
                    union all
                    select d.project_id, d.active, c.job_id, c.turn
                    from deep d cross join lateral (
                        select b.job_id, b.turn from job_backlog b
                        where b.lane = ? and b.project_id = d.project_id and b.turn <= now() and b.run_at <= now()
                        order by b.turn, b.job_id
                        offset (select each from share)
                        limit greatest(0, least(2 * (select free from room) / d.projects,
                                                d.allowed - (select each from share)))
                    ) c
                ) shown_and_more
            ), chosen as (
                select job_id from candidates order by place, turn limit (select free from room)
            ), gone as (
                -- By an array, which is looked up in the index however large the backlog is.
                delete from job_backlog where job_id = any (array(select job_id from chosen))
                returning *
            )
            insert into job_dispatch (job_id, project_id, lane, dispatched_at, epoch, attempts, take_backs, sequence,
                                      started_at)
            select job_id, project_id, lane, now(), epoch, attempts, take_backs, sequence, started_at from gone
            returning job_id
            """.formatted(MOST_PASSED_OVER);

    // One dispatcher at a time; it waits for an accepting service that draws, which is short.
    private static final String BEGIN = """
            select set_config('millrace.pass',
                              case when pg_try_advisory_xact_lock(hashtext('millrace.dispatch.' || ?))
                                   then 'mine' || %s::text else '' end, true),
                   %s
            """.formatted(LaneDraws.LOCK, KeptPlan.KEPT);

    // Sent together and committed without another word, so that a worker that is stopped in the middle of its pass
    // keeps no lane from the others. The count is in a statement after the locks, and so sees what was done under them.
    private static final String PASS =
            BEGIN + ";" + LaneDraws.FORGET + " and current_setting('millrace.pass') = 'mine';" + DISPATCH;

    private final Database database;
    private final DispatchSettings settings;
    private final Map<JobKind, LaneFlow> flows = new EnumMap<>(JobKind.class);

    public Dispatcher(Database database, DispatchSettings settings) {
        this.database = database;
        this.settings = settings;
        for (var kind : JobKind.values()) {
            flows.put(kind, new LaneFlow(settings.room(), System.nanoTime()));
        }
    }

    /// One pass over a lane.
    ///
    /// @param most most jobs in this pass, for the ramp after an outage
    /// @return what was dispatched, committed, its tokens still to be published
    public List<Dispatched> dispatch(JobKind kind, int most) {
        var dispatched = database.run(connection -> pass(connection, kind, most));
        flow(kind).moved(dispatched.size(), System.nanoTime());
        return dispatched;
    }

    private LaneFlow flow(JobKind kind) {
        return Objects.requireNonNull(flows.get(kind));
    }

    private List<Dispatched> pass(Connection connection, JobKind kind, int most) throws SQLException {
        var dispatched = new ArrayList<Dispatched>();
        try (var statement = connection.prepareStatement(PASS)) {
            int at = 1;
            for (int i = 0; i < 3; i++) {
                statement.setString(at++, kind.word());
            }
            statement.setInt(at++, most);
            statement.setInt(at++, flow(kind).room());
            statement.setInt(at++, settings.room());
            for (int i = 0; i < 6; i++) {
                statement.setString(at++, kind.word());
            }
            statement.setInt(at++, settings.projectActive());
            statement.setInt(at++, settings.projectActive());
            statement.setString(at++, kind.word());
            statement.setString(at, kind.word());
            statement.execute();
            statement.getMoreResults();
            statement.getMoreResults();
            try (var rows = statement.getResultSet()) {
                while (rows.next()) {
                    dispatched.add(new Dispatched(new JobId(rows.getObject(1, UUID.class)), kind));
                }
            }
        }
        return dispatched;
    }
}
