package dev.millrace.job;

import dev.millrace.database.Database;
import dev.millrace.database.KeptPlan;
import dev.millrace.database.NamesColumn;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Claims dispatched jobs for a worker, many in one statement. Deleting the dispatch row is the compare-and-set:
/// whoever deletes it has the job, so a token that comes twice, late or from anybody is harmless.
public final class JobClaims {

    // How long a request is stands in the job's row, and none is read before it is claimed. What does not fit stays,
    // and so do all large ones after it. The planner takes each step for one row, and would join two of them row by
    // row: each joins tables only. A worker that lost its own lease, and does not know it yet, claims nothing.
    private static final String CLAIM_TEMPLATE = """
            , asked as (
                select p.job_id, p.lane, p.place,
                       case when octet_length(j.request) > %1$d then octet_length(j.request) else 0 end as bytes
                from picked p join job j on j.id = p.job_id
                %2$s
            ), summed as (
                select job_id, lane, place, bytes,
                       sum(bytes) over (order by place, job_id rows unbounded preceding) as upto
                from asked
            ), sized as materialized (
                select job_id, lane, place, bytes, bytes = 0 or upto <= ? or ? and upto = bytes as fits from summed
            ), passed as (
                -- It waits for memory, not for a token, and so takes no room of its lane.
                update job_dispatch d set passed_over = true
                from sized s
                where d.job_id = s.job_id and not s.fits and not d.passed_over %3$s
            ), gone as (
                delete from job_dispatch d using sized s
                where d.job_id = s.job_id and s.fits %3$s
                  and exists (select 1 from worker w where w.id = ? and w.lost_at is null
                              and w.heartbeat_at > now() - ? * interval '1 ms')
                returning d.*
            ), claimed as (
                insert into job_run (job_id, project_id, lane, owner, epoch, attempts, take_backs, sequence,
                                     started_at, claimed_at)
                select job_id, project_id, lane, ?, epoch + 1, attempts, take_backs, sequence + 1,
                       coalesce(started_at, now()), now()
                from gone
                returning *
            ), events as (
                insert into job_event (job_id, sequence, type, created_at, detail)
                select job_id, sequence + 1, 'job.running', now(),
                       jsonb_build_object('dispatched_at', extract(epoch from dispatched_at))
                from gone
            )
            select c.job_id, c.epoch, c.project_id, c.lane, c.attempts, c.take_backs, c.started_at,
                   j.model, j.request, j.may_drop,
                   case when c.attempts > 0 then (
                       select array_agg(distinct a.outcome || ' ' || a.provider || '/' || a.model) from attempt a
                       where a.job_id = c.job_id and a.status = 'failed'
                         and a.outcome not in ('unsupported_parameter', 'withheld')
                         and a.provider is not null and a.model is not null
                   ) end,
                   null::int
            from claimed c join job j on j.id = c.job_id
            %4$s
            union all
            (select null, null, null, lane, null, null, null, null, null, null, null, bytes
             from sized where not fits order by place, job_id limit 1)
            """;

    private static final String CLAIM = CLAIM_TEMPLATE.formatted(RequestRoom.SMALL, "", "", "");

    private static final String CLAIM_BY_ARRAYS = CLAIM_TEMPLATE.formatted(
            RequestRoom.SMALL,
            "where j.id = any (array(select job_id from picked))",
            "and d.job_id = any (array(select job_id from sized))",
            "where j.id = any (array(select job_id from claimed))");

    // Jobs that were taken back are left to their own batch.
    private static final String NAMED = """
            with picked as (
                select d.job_id, d.lane, t.place
                from unnest(?::uuid[]) with ordinality as t(job_id, place) join job_dispatch d using (job_id)
                where d.take_backs = 0
                for update of d skip locked
            )
            """ + CLAIM;

    /// So many are compared with each other, each with each, in less time than it takes to plan how to join them.
    private static final int FEW = 8;

    // With the plan that its connection has kept, which may have been made while nothing was dispatched.
    private static final String NAMED_FEW = "select " + KeptPlan.KEPT_BY_INDEX + ";" + """
            with named as (
                select * from unnest(?::uuid[]) with ordinality as t(job_id, place)
            ), picked as (
                select d.job_id, d.lane, t.place
                from named t join job_dispatch d using (job_id)
                where d.take_backs = 0 and d.job_id = any (array(select job_id from named))
                for update of d skip locked
            )
            """ + CLAIM_BY_ARRAYS;

    private static final String UNCLAIMED = """
            with picked as (
                select job_id, lane, dispatched_at as place from job_dispatch
                where lane = ? and take_backs = 0 and dispatched_at < now() - ? * interval '1 ms'
                  and (not passed_over or ?)
                order by dispatched_at
                limit ?
                for update skip locked
            )
            """ + CLAIM;

    private static final String TAKEN_BACK = """
            with picked as (
                select job_id, lane, take_backs as place from job_dispatch
                where lane = ? and take_backs between 1 and ? and (not passed_over or ?)
                order by take_backs, dispatched_at
                limit 1
                for update skip locked
            )
            """ + CLAIM;

    private interface Picking {
        /// Sets the parameters before those of [#CLAIM] and answers how many they were.
        int set(PreparedStatement statement) throws SQLException;
    }

    private final Database database;
    private final Duration lease;
    private final RequestRoom room;

    /// @param lease how old a worker's heartbeat may be for it to claim
    /// @param room for the requests; whoever has run a job gives its room back
    public JobClaims(Database database, Duration lease, RequestRoom room) {
        this.database = database;
        this.lease = lease;
        this.room = room;
    }

    /// Claims those of the named jobs that are still dispatched and nobody's.
    public List<ClaimedJob> claim(UUID worker, List<JobId> jobs) {
        var ids = jobs.stream().distinct().map(JobId::value).toArray();
        var sql = ids.length <= FEW ? NAMED_FEW : NAMED;
        return room.claimNamed(allowance -> claim(worker, sql, allowance, statement -> {
            statement.setArray(1, statement.getConnection().createArrayOf("uuid", ids));
            return 1;
        }));
    }

    /// Claims up to `most` jobs whose token nobody has used for `unclaimedFor`, and of those that were passed over,
    /// what fits now.
    public List<ClaimedJob> claimLeftover(UUID worker, JobKind kind, Duration unclaimedFor, int most) {
        long millis = room.passedOver(kind) ? 0 : unclaimedFor.toMillis();
        return room.claimOldest(
                new RequestRoom.Queue(kind, false),
                allowance -> claim(worker, UNCLAIMED, allowance, statement -> {
                    statement.setString(1, kind.word());
                    statement.setLong(2, millis);
                    statement.setBoolean(3, allowance.again());
                    statement.setInt(4, most);
                    return 4;
                }));
    }

    /// Claims one job that was taken back from a lost worker, alone, since it may be what that worker died of.
    ///
    /// @param mostTakeBacks jobs taken back more often are left
    public List<ClaimedJob> claimTakenBack(UUID worker, JobKind kind, int mostTakeBacks) {
        return room.claimOldest(
                new RequestRoom.Queue(kind, true),
                allowance -> claim(worker, TAKEN_BACK, allowance, statement -> {
                    statement.setString(1, kind.word());
                    statement.setInt(2, mostTakeBacks);
                    statement.setBoolean(3, allowance.again());
                    return 3;
                }));
    }

    private RequestRoom.Claim claim(UUID worker, String sql, RequestRoom.Allowance allowance, Picking picking) {
        return database.run(connection -> {
            try (var statement = connection.prepareStatement(sql)) {
                int set = picking.set(statement);
                statement.setLong(set + 1, allowance.bytes());
                statement.setBoolean(set + 2, allowance.any());
                statement.setObject(set + 3, worker);
                statement.setLong(set + 4, lease.toMillis());
                statement.setObject(set + 5, worker);
                try (var rows = sql.equals(NAMED_FEW) ? KeptPlan.query(statement) : statement.executeQuery()) {
                    return read(worker, rows);
                }
            }
        });
    }

    private static RequestRoom.Claim read(UUID worker, ResultSet rows) throws SQLException {
        var claimed = new ArrayList<ClaimedJob>();
        var left = Optional.<RequestRoom.Left>empty();
        while (rows.next()) {
            var job = rows.getObject(1, UUID.class);
            if (job == null) {
                left = Optional.of(new RequestRoom.Left(JobKind.of(rows.getString(4)), rows.getLong(12)));
                continue;
            }
            claimed.add(new ClaimedJob(
                    new Lease(new JobId(job), worker, rows.getInt(2)),
                    rows.getObject(3, UUID.class),
                    JobKind.of(rows.getString(4)),
                    rows.getString(8),
                    rows.getBytes(9),
                    rows.getInt(5),
                    rows.getInt(6),
                    rows.getTimestamp(7).toInstant(),
                    Set.copyOf(NamesColumn.read(rows.getString(10))),
                    failures(rows.getArray(11))));
        }
        return new RequestRoom.Claim(claimed, left);
    }

    private static Set<PastFailure> failures(@Nullable Array told) throws SQLException {
        if (told == null) {
            return Set.of();
        }
        var failures = new HashSet<PastFailure>();
        for (var one : (String[]) told.getArray()) {
            // An outcome is one word.
            int end = one.indexOf(' ');
            failures.add(new PastFailure(one.substring(0, end), one.substring(end + 1)));
        }
        return failures;
    }
}
