package dev.millrace.render;

import dev.millrace.job.JobId;
import dev.millrace.job.Lease;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What becomes of a job while its render is at a provider: parked, held, released.
final class ParkedJobs {

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

    private static final String PROGRESS = """
            update job_run set progress = ? where job_id = ? and epoch = ? and progress < ?
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

    private ParkedJobs() {}

    /// Locks a job that is running; one that is not has nothing to lock.
    static void lock(Connection connection, JobId job) throws SQLException {
        Statements.number(connection, LOCK_JOB, job.value());
    }

    /// The epoch of a parked job whose cancel was asked for and can be granted; the caller has locked the job.
    static Optional<Integer> epochOfCancelled(Connection connection, JobId job) throws SQLException {
        return Statements.number(connection, EPOCH_OF_CANCELLED, job.value());
    }

    /// Ends a hold, once: a second answer finds nothing to release.
    static Optional<Integer> releaseHold(Connection connection, JobId job, int attempt, String resolution)
            throws SQLException {
        return Statements.number(connection, RELEASE_HOLD, job.value(), attempt, resolution);
    }

    static boolean park(Connection connection, Lease lease, String event, @Nullable String detail) throws SQLException {
        return Statements.update(connection, PARK, lease.job().value(), lease.epoch(), lease.worker(), event, detail)
                == 1;
    }

    static void parkLost(Connection connection, JobId job, int epoch, boolean counted) throws SQLException {
        Statements.update(connection, PARK_LOST, counted ? 1 : 0, job.value(), epoch);
    }

    static int progress(Connection connection, FollowedRender render, int progress) throws SQLException {
        return Statements.update(connection, PROGRESS, progress, render.job().value(), render.epoch(), progress);
    }

    static boolean hold(Connection connection, JobId job, int epoch, int attempt, String reason) throws SQLException {
        return Statements.update(connection, HOLD, reason, attempt, job.value(), epoch, reason) == 1;
    }
}
