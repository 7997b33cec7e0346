package dev.millrace.job;

import dev.millrace.database.Database;
import dev.millrace.database.NamesColumn;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Claims dispatched jobs for a worker, many in one statement. Deleting the dispatch row is the compare-and-set:
/// whoever deletes it has the job, so a token that comes twice, late or from anybody is harmless.
public final class JobClaims {

    // A worker that lost its own lease, and does not know it yet, claims nothing.
    private static final String CLAIM = """
            , gone as (
                delete from job_dispatch d using picked p
                where d.job_id = p.job_id
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
                select c.job_id, c.sequence, 'job.running', c.claimed_at,
                       jsonb_build_object('dispatched_at', extract(epoch from g.dispatched_at))
                from claimed c join gone g using (job_id)
            )
            select c.job_id, c.epoch, c.project_id, c.lane, c.attempts, c.take_backs, c.started_at,
                   j.model, j.request, j.may_drop,
                   case when c.attempts > 0 then (
                       select array_agg(distinct a.outcome || ' ' || a.provider || '/' || a.model) from attempt a
                       where a.job_id = c.job_id and a.status = 'failed'
                         and a.outcome not in ('unsupported_parameter', 'withheld')
                         and a.provider is not null and a.model is not null
                   ) end
            from claimed c join job j on j.id = c.job_id
            """;

    // Jobs that were taken back are left to their own batch.
    private static final String NAMED = """
            with picked as (
                select d.job_id from unnest(?::uuid[]) as t(job_id) join job_dispatch d using (job_id)
                where d.take_backs = 0
                for update of d skip locked
            )
            """ + CLAIM;

    private static final String UNCLAIMED = """
            with picked as (
                select job_id from job_dispatch
                where lane = ? and take_backs = 0 and dispatched_at < now() - ? * interval '1 ms'
                order by dispatched_at
                limit ?
                for update skip locked
            )
            """ + CLAIM;

    private static final String TAKEN_BACK = """
            with picked as (
                select job_id from job_dispatch
                where lane = ? and take_backs between 1 and ?
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

    /// @param lease how old a worker's heartbeat may be for it to claim
    public JobClaims(Database database, Duration lease) {
        this.database = database;
        this.lease = lease;
    }

    /// Claims those of the named jobs that are still dispatched and nobody's.
    public List<ClaimedJob> claim(UUID worker, List<JobId> jobs) {
        return claim(worker, NAMED, statement -> {
            statement.setArray(
                    1,
                    statement
                            .getConnection()
                            .createArrayOf(
                                    "uuid", jobs.stream().map(JobId::value).toArray()));
            return 1;
        });
    }

    /// Claims up to `room` jobs whose token nobody has used for `unclaimedFor`.
    public List<ClaimedJob> claimLeftover(UUID worker, JobKind kind, Duration unclaimedFor, int room) {
        return claim(worker, UNCLAIMED, statement -> {
            statement.setString(1, kind.word());
            statement.setLong(2, unclaimedFor.toMillis());
            statement.setInt(3, room);
            return 3;
        });
    }

    /// Claims one job that was taken back from a lost worker, alone, since it may be what that worker died of.
    ///
    /// @param mostTakeBacks jobs taken back more often are left
    public List<ClaimedJob> claimTakenBack(UUID worker, JobKind kind, int mostTakeBacks) {
        return claim(worker, TAKEN_BACK, statement -> {
            statement.setString(1, kind.word());
            statement.setInt(2, mostTakeBacks);
            return 2;
        });
    }

    private List<ClaimedJob> claim(UUID worker, String sql, Picking picking) {
        return database.run(connection -> {
            try (var statement = connection.prepareStatement(sql)) {
                int set = picking.set(statement);
                statement.setObject(set + 1, worker);
                statement.setLong(set + 2, lease.toMillis());
                statement.setObject(set + 3, worker);
                return read(worker, statement);
            }
        });
    }

    private static List<ClaimedJob> read(UUID worker, PreparedStatement statement) throws SQLException {
        var claimed = new ArrayList<ClaimedJob>();
        try (var rows = statement.executeQuery()) {
            while (rows.next()) {
                var id = new JobId(rows.getObject(1, UUID.class));
                claimed.add(new ClaimedJob(
                        new Lease(id, worker, rows.getInt(2)),
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
        }
        return claimed;
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
