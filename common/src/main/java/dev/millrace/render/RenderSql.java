package dev.millrace.render;

import dev.millrace.database.Columns;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.JobId;
import dev.millrace.job.Lease;
import dev.millrace.ledger.UsageEntries;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The statements that move renders. Each is one step; [RenderStore] says which belong into one commit.
final class RenderSql {

    /// Whoever changes a job's render locks the job first, so that a cancel sees both as they will stay, and so that no
    /// two wait for each other in a circle.
    private static final String LOCK_JOB = "select epoch from job_run where job_id = ? for update";

    private static final String PARK = """
            with parked as (
                update job_run set owner = null, sequence = sequence + 1
                where job_id = ? and epoch = ? and owner = ?
                returning job_id, sequence
            )
            insert into job_event (job_id, sequence, type, created_at, detail)
            select job_id, sequence, ?, now(), jsonb_build_object('reason', ?::text) from parked
            """;

    private static final String PARK_LOST = """
            with parked as (
                update job_run set owner = null, epoch = epoch + 1, take_backs = take_backs + ?, sequence = sequence + 1
                where job_id = ? and epoch = ?
                returning job_id, sequence
            )
            insert into job_event (job_id, sequence, type, created_at, detail)
            select job_id, sequence, 'job.indeterminate', now(), jsonb_build_object('reason', 'worker_lost')
            from parked
            """;

    // A finding counts whoever holds the job now, but only where nothing is known yet. An attempt that has ended keeps
    // its end.
    private static final String ACCEPT_ATTEMPT = """
            update attempt
            set status = case when status in ('started', 'indeterminate') then 'accepted' else status end,
                outcome = case when status in ('started', 'indeterminate') then 'accepted' else outcome end,
                operation_id = ?, accepted_at = now(),
                http_status = coalesce(?, http_status), provider_request_id = coalesce(?, provider_request_id)
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

    private static final String HOLD_OPERATION = """
            insert into operation as o (provider, operation_id, job_id, attempt) values (?, ?, ?, ?)
            on conflict (provider, operation_id) do update set attempt = excluded.attempt
                where o.job_id = excluded.job_id and o.attempt = excluded.attempt
            """;

    private static final String FOLLOW = """
            insert into render (job_id, attempt, phase, due_at, epoch, provider, model, key_ref, operation_id, deadline)
            values (?, ?, 'poll', now() + ? * interval '1 ms', ?, ?, ?, ?, ?, now() + ? * interval '1 ms')
            on conflict (job_id, attempt) do update
                set phase = 'poll', operation_id = excluded.operation_id, due_at = now(),
                    deadline = excluded.deadline, claimed_by = null, claim_no = render.claim_no + 1, errors = 0
                where render.phase = 'lookup'
            """;

    private static final String LOOK_UP = """
            insert into render (job_id, attempt, phase, due_at, epoch, provider, model, key_ref, deadline)
            values (?, ?, 'lookup', now() + ? * interval '1 ms', ?, ?, ?, ?, now() + ? * interval '1 ms')
            on conflict (job_id, attempt) do nothing
            """;

    private static final String CLAIM_DUE = """
            with due as (
                select job_id, attempt from render
                where claimed_by is null and due_at <= now()
                  -- A worker that was forgotten would keep what it claims for ever.
                  and exists (select 1 from worker where id = ?)
                order by due_at
                limit ?
                for update skip locked
            ), taken as (
                update render r set claimed_by = ?, claim_no = r.claim_no + 1
                from due d where r.job_id = d.job_id and r.attempt = d.attempt
                returning r.*
            )
            select t.*, j.project_id, j.model as public_model, j.request, now() as clock,
                   coalesce(o.take_backs, 0) as take_backs, a.started_at as intent_at
            from taken t
                 join job j on j.id = t.job_id
                 join attempt a on a.job_id = t.job_id and a.number = t.attempt
                 left join job_run o on o.job_id = t.job_id and o.epoch = t.epoch
            """;

    private static final String CLAIMS_OF = "select job_id, attempt, claim_no from render where claimed_by = ?";

    private static final String FREE = """
            update render r set claimed_by = null, due_at = now(), claim_no = r.claim_no + 1
            from unnest(?::uuid[], ?::int[], ?::int[]) as c(job_id, attempt, claim_no)
            where r.job_id = c.job_id and r.attempt = c.attempt and r.claim_no = c.claim_no and r.claimed_by = ?
            """;

    private static final String POSTPONE = """
            update render
            set claimed_by = null, due_at = now() + ? * interval '1 ms', errors = ?, polls = polls + 1,
                polled_at = now(), not_found_since = case when ? then coalesce(not_found_since, now()) end
            where job_id = ? and attempt = ? and claim_no = ?
            """;

    private static final String PROGRESS = """
            update job_run set progress = ? where job_id = ? and epoch = ? and progress < ?
            """;

    private static final String START_FETCH = """
            update render
            set phase = 'fetch', due_at = now(), errors = 0, polls = polls + 1, polled_at = now(),
                deadline = now() + ? * interval '1 ms'
            where job_id = ? and attempt = ? and claim_no = ?
            """;

    private static final String CLAIMED = """
            select claim_no from render where job_id = ? and attempt = ? and claim_no = ? for update
            """;

    private static final String UNFOLLOW = "delete from render where job_id = ? and attempt = ? and claim_no = ?";

    private static final String NAME_ASSET = """
            insert into asset (job_id, attempt, path, content_type, bytes, sha256) values (?, ?, ?, ?, ?, ?)
            on conflict (job_id, attempt) do nothing
            """;

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
                    seconds = coalesce(?::numeric, a.seconds), cost = coalesce(?::numeric, a.cost)
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

    private static final String HELD_OPERATIONS = """
            select operation_id from operation where provider = ? and operation_id = any (?::text[])
            """;

    private static final String ADOPT = """
            with followed as (
                update render
                set phase = 'poll', operation_id = ?, claimed_by = null, errors = 0,
                    due_at = now() + ? * interval '1 ms', deadline = now() + ? * interval '1 ms'
                where job_id = ? and attempt = ? and claim_no = ?
                returning job_id, attempt, operation_id
            )
            update attempt a set status = 'accepted', operation_id = f.operation_id, accepted_at = now(),
                                 outcome = 'adopted'
            from followed f
            where a.job_id = f.job_id and a.number = f.attempt and a.status = 'indeterminate'
            """;

    private static final String HOLD = """
            with held as (
                update job_run
                set hold_reason = ?, hold_since = now(), hold_attempt = ?, sequence = sequence + 1
                where job_id = ? and epoch = ? and owner is null and hold_reason is null and not cancel_requested
                returning job_id, sequence
            )
            insert into job_event (job_id, sequence, type, created_at, detail)
            select job_id, sequence, 'job.held', now(), jsonb_build_object('reason', ?::text) from held
            """;

    // Not while another create of the job is still looked up.
    private static final String EPOCH_OF_CANCELLED = """
            select epoch from job_run r
            where job_id = ? and owner is null and cancel_requested
              and not exists (select 1 from render l where l.job_id = r.job_id and l.phase = 'lookup')
            """;

    // The answer is an outcome: what is lost from now on is counted anew.
    private static final String RELEASE_HOLD = """
            with released as (
                update job_run
                set hold_reason = null, hold_since = null, hold_attempt = null, take_backs = 0, sequence = sequence + 1
                where job_id = ? and hold_reason is not null and hold_attempt = ?
                returning job_id, sequence, epoch
            ), event as (
                insert into job_event (job_id, sequence, type, created_at, detail)
                select job_id, sequence, 'job.released', now(), jsonb_build_object('reason', ?::text) from released
            )
            select epoch from released
            """;

    private RenderSql() {}

    /// Locks a job that is running; one that is not has nothing to lock.
    static void lockJob(Connection connection, JobId job) throws SQLException {
        number(connection, LOCK_JOB, job.value());
    }

    /// The epoch of a parked job whose cancel was asked for and can be granted; the caller has locked the job.
    static Optional<Integer> epochOfCancelled(Connection connection, JobId job) throws SQLException {
        return number(connection, EPOCH_OF_CANCELLED, job.value());
    }

    /// Ends a hold, once: a second answer finds nothing to release.
    static Optional<Integer> releaseHold(Connection connection, JobId job, int attempt, String resolution)
            throws SQLException {
        return number(connection, RELEASE_HOLD, job.value(), attempt, resolution);
    }

    private static Optional<Integer> number(Connection connection, String sql, Object... parameters)
            throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            set(statement, parameters);
            try (var rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(rows.getInt(1)) : Optional.empty();
            }
        }
    }

    /// Sets parameters in order; a null must say its type to PostgreSQL, and text does for all nulls here.
    private static int update(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            set(statement, parameters);
            return statement.executeUpdate();
        }
    }

    private static void set(PreparedStatement statement, @Nullable Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i] instanceof String text ? Columns.storable(text) : parameters[i]);
        }
    }

    static boolean parkJob(Connection connection, Lease lease, String event, @Nullable String detail)
            throws SQLException {
        return update(connection, PARK, lease.job().value(), lease.epoch(), lease.worker(), event, detail) == 1;
    }

    static void parkLost(Connection connection, JobId job, int epoch, boolean counted) throws SQLException {
        update(connection, PARK_LOST, counted ? 1 : 0, job.value(), epoch);
    }

    /// @return whether the operation is new to the attempt
    static boolean acceptAttempt(Connection connection, JobId job, AttemptReport attempt, String operationId)
            throws SQLException {
        return update(
                        connection,
                        ACCEPT_ATTEMPT,
                        operationId,
                        attempt.httpStatus(),
                        attempt.providerRequestId(),
                        job.value(),
                        attempt.number())
                == 1;
    }

    /// @return false if more was known of the attempt already
    static boolean markIndeterminate(Connection connection, JobId job, AttemptReport attempt) throws SQLException {
        return update(
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
        update(connection, ABANDON_INDETERMINATE, job.value(), attempt);
    }

    /// @return whether the operation is this attempt's, now or since before
    static boolean holdOperation(Connection connection, JobId job, int attempt, Operation operation)
            throws SQLException {
        return update(connection, HOLD_OPERATION, operation.provider(), operation.id(), job.value(), attempt) == 1;
    }

    static void follow(
            Connection connection,
            JobId job,
            int attempt,
            int epoch,
            Operation operation,
            Duration pollAfter,
            Duration life)
            throws SQLException {
        update(
                connection,
                FOLLOW,
                job.value(),
                attempt,
                pollAfter.toMillis(),
                epoch,
                operation.provider(),
                operation.model(),
                operation.keyRef(),
                operation.id(),
                life.toMillis());
    }

    static void lookUp(
            Connection connection,
            JobId job,
            int attempt,
            int epoch,
            Operation unknown,
            Duration askAfter,
            Duration arrivalWindow)
            throws SQLException {
        update(
                connection,
                LOOK_UP,
                job.value(),
                attempt,
                askAfter.toMillis(),
                epoch,
                unknown.provider(),
                unknown.model(),
                unknown.keyRef(),
                arrivalWindow.toMillis());
    }

    static List<FollowedRender> claimDue(Connection connection, UUID worker, int limit) throws SQLException {
        var renders = new ArrayList<FollowedRender>();
        try (var statement = connection.prepareStatement(CLAIM_DUE)) {
            set(statement, worker, limit, worker);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    var notFound = rows.getTimestamp("not_found_since");
                    renders.add(new FollowedRender(
                            new JobId(rows.getObject("job_id", UUID.class)),
                            rows.getInt("attempt"),
                            rows.getInt("claim_no"),
                            FollowedRender.Phase.of(rows.getString("phase")),
                            rows.getInt("epoch"),
                            rows.getObject("project_id", UUID.class),
                            rows.getString("public_model"),
                            rows.getBytes("request"),
                            rows.getString("provider"),
                            rows.getString("model"),
                            rows.getString("key_ref"),
                            Optional.ofNullable(rows.getString("operation_id")),
                            rows.getTimestamp("intent_at").toInstant(),
                            rows.getTimestamp("created_at").toInstant(),
                            rows.getTimestamp("deadline").toInstant(),
                            rows.getTimestamp("clock").toInstant(),
                            rows.getInt("errors"),
                            rows.getInt("polls"),
                            Optional.ofNullable(notFound).map(java.sql.Timestamp::toInstant),
                            rows.getInt("take_backs")));
                }
            }
        }
        return renders;
    }

    static List<RenderClaim> claimsOf(Connection connection, UUID worker) throws SQLException {
        var claims = new ArrayList<RenderClaim>();
        try (var statement = connection.prepareStatement(CLAIMS_OF)) {
            set(statement, worker);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    claims.add(
                            new RenderClaim(new JobId(rows.getObject(1, UUID.class)), rows.getInt(2), rows.getInt(3)));
                }
            }
        }
        return claims;
    }

    static int free(Connection connection, UUID worker, List<RenderClaim> claims) throws SQLException {
        var columns = new Columns<>(connection, claims);
        try (var statement = connection.prepareStatement(FREE)) {
            statement.setArray(1, columns.uuids(claim -> claim.job().value()));
            statement.setArray(2, columns.ints(RenderClaim::attempt));
            statement.setArray(3, columns.ints(RenderClaim::claimNo));
            statement.setObject(4, worker);
            return statement.executeUpdate();
        }
    }

    static void postpone(Connection connection, FollowedRender render, Duration delay, int errors, boolean notFound)
            throws SQLException {
        update(
                connection,
                POSTPONE,
                delay.toMillis(),
                errors,
                notFound,
                render.job().value(),
                render.attempt(),
                render.claimNo());
    }

    static int progress(Connection connection, FollowedRender render, int progress) throws SQLException {
        return update(connection, PROGRESS, progress, render.job().value(), render.epoch(), progress);
    }

    static int startFetch(Connection connection, FollowedRender render, Duration fileLife) throws SQLException {
        return update(
                connection, START_FETCH, fileLife.toMillis(), render.job().value(), render.attempt(), render.claimNo());
    }

    /// Whether the render is still its follower's; if so, it stays locked.
    static boolean claimed(Connection connection, FollowedRender render) throws SQLException {
        return number(connection, CLAIMED, render.job().value(), render.attempt(), render.claimNo())
                .isPresent();
    }

    static boolean unfollow(Connection connection, FollowedRender render) throws SQLException {
        return update(connection, UNFOLLOW, render.job().value(), render.attempt(), render.claimNo()) == 1;
    }

    static void nameAsset(Connection connection, JobId job, int attempt, StoredFile file) throws SQLException {
        update(
                connection,
                NAME_ASSET,
                job.value(),
                attempt,
                file.path(),
                file.contentType(),
                file.bytes(),
                file.sha256());
    }

    static void endAttempt(Connection connection, JobId job, AttemptReport attempt) throws SQLException {
        update(
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
                attempt.cost());
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

    static void adopt(
            Connection connection, FollowedRender render, String operationId, Duration pollAfter, Duration life)
            throws SQLException {
        update(
                connection,
                ADOPT,
                operationId,
                pollAfter.toMillis(),
                life.toMillis(),
                render.job().value(),
                render.attempt(),
                render.claimNo());
    }

    static boolean hold(Connection connection, JobId job, int epoch, int attempt, String reason) throws SQLException {
        return update(connection, HOLD, reason, attempt, job.value(), epoch, reason) == 1;
    }
}
