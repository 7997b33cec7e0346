package dev.millrace.job;

import dev.millrace.database.Database;
import dev.millrace.ledger.UsageEntries;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Cancels jobs at their caller's request. Whichever of cancel and settle commits first wins.
public final class JobCancels {

    /// What a cancel came to.
    public sealed interface Cancel {
        /// The job has ended now.
        record Done(Ended ended) implements Cancel {}

        /// Its holder was told, and ends it.
        record Marked() implements Cancel {}

        /// It had ended before; nothing changed.
        record TooLate() implements Cancel {}

        record NoSuchJob() implements Cancel {}
    }

    private record Running(int epoch, boolean parked, Optional<Integer> heldAttempt) {}

    private static final String OWNED = "select exists (select from job where id = ? and project_id = ?)";

    private static final String FINISHED = "select exists (select from job_end where job_id = ?)";

    // Locked first and judged afterwards: a statement that waited for the row would judge it by what it saw before.
    private static final String LOCK = """
            select epoch, owner is null, hold_attempt from job_run where job_id = ? for update
            """;

    private static final String LOOKED_UP = """
            select exists (select from render where job_id = ? and phase = 'lookup')
            """;

    private static final String MARK = "update job_run set cancel_requested = true where job_id = ?";

    private static final String ABANDON_HELD = """
            with written as (
                update attempt set status = 'abandoned', finished_at = now()
                where job_id = ? and number = ? and status = 'indeterminate'
                returning job_id
            )
            """ + UsageEntries.OF_ABANDONED;

    private static final String REQUESTED = """
            select job_id from job_run where cancel_requested and owner = :worker
            """;

    private static final int MOST_LOOKS = 100;

    private final Database database;

    public JobCancels(Database database) {
        this.database = database;
    }

    public Cancel cancel(UUID project, JobId job) {
        return database.inTransaction(connection -> {
            if (!answer(connection, OWNED, job.value(), project)) {
                return new Cancel.NoSuchJob();
            }
            // A job may move from one table to the next between two looks, but only a few times.
            for (int look = 0; look < MOST_LOOKS; look++) {
                var ended = JobEndings.endQueued(connection, Ending.cancelled(job, 0, Optional.empty()));
                if (ended.isPresent()) {
                    return new Cancel.Done(ended.get());
                }
                var running = lock(connection, job);
                if (running.isPresent()) {
                    return stop(connection, job, running.get());
                }
                if (answer(connection, FINISHED, job.value())) {
                    return new Cancel.TooLate();
                }
            }
            throw new IllegalStateException(job + " is in none of the tables that a job can be in");
        });
    }

    /// Jobs of this worker whose callers have asked for their end.
    public List<JobId> requestedOf(UUID worker) {
        return database.client()
                .sql(REQUESTED)
                .param("worker", worker)
                .query((row, number) -> new JobId(row.getObject(1, UUID.class)))
                .list();
    }

    private static Cancel stop(Connection connection, JobId job, Running running) throws SQLException {
        // While nobody knows whether a paid create was done, the job does not end: the lookup will end it.
        if (!running.parked() || answer(connection, LOOKED_UP, job.value())) {
            update(connection, MARK, job.value());
            return new Cancel.Marked();
        }
        if (running.heldAttempt().isPresent()) {
            update(connection, ABANDON_HELD, job.value(), running.heldAttempt().get());
        }
        var ending = Ending.cancelled(job, running.epoch(), Optional.empty());
        return new Cancel.Done(JobEndings.end(connection, List.of(ending), null).getFirst());
    }

    private static Optional<Running> lock(Connection connection, JobId job) throws SQLException {
        try (var statement = connection.prepareStatement(LOCK)) {
            statement.setObject(1, job.value());
            try (var rows = statement.executeQuery()) {
                return rows.next()
                        ? Optional.of(new Running(
                                rows.getInt(1),
                                rows.getBoolean(2),
                                Optional.ofNullable(rows.getObject(3, Integer.class))))
                        : Optional.empty();
            }
        }
    }

    private static void update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            set(statement, parameters);
            statement.executeUpdate();
        }
    }

    private static void set(PreparedStatement statement, Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }

    private static boolean answer(Connection connection, String question, Object... parameters) throws SQLException {
        try (var statement = connection.prepareStatement(question)) {
            set(statement, parameters);
            try (var rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }
}
