package dev.millrace.lease;

import dev.millrace.database.Database;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ended;
import dev.millrace.job.Ending;
import dev.millrace.job.JobEndings;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.JobRequeues;
import dev.millrace.render.Operation;
import dev.millrace.render.RenderStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Takes back what lost workers held: their jobs with a new epoch, the renders they were polling, the deliveries
/// they were sending. A worker is lost once another has declared it so: one that was itself heard without a break for
/// a whole lease time, by the database's own clock. So an outage of the database, however long, takes nobody's jobs.
public final class TakeBacks {

    private static final String LOCK_LOST = """
            select r.job_id
            from job_run r left join worker w on w.id = r.owner
            where r.owner is not null and (w.id is null or w.lost_at is not null)
            order by r.job_id
            limit 1000
            for update of r skip locked
            """;

    private static final String LOCK_JOBS_OF = """
            select job_id from job_run where owner = ? order by job_id for update
            """;

    private static final String JOBS_OF = "select job_id from job_run where owner = :worker";

    private static final String LOCK_THESE_OF = """
            select job_id from job_run where owner = ? and job_id = any (?) order by job_id for update
            """;

    // In a statement of its own, when the rows are locked: an intent that was committed just before is seen.
    private static final String LOCKED_JOBS = """
            select r.job_id, r.epoch, r.lane, r.attempts, r.take_backs, r.claimed_at, r.cancel_requested,
                   a.number, a.provider, a.model, a.key_ref, a.started_at
            from job_run r
                 left join attempt a on a.job_id = r.job_id and a.number = r.attempts and a.status = 'started'
            where r.job_id = any (?)
            order by r.job_id
            """;

    private static final String FREE_RENDERS = """
            update render r set claimed_by = null, due_at = now(), claim_no = claim_no + 1
            where claimed_by is not null
              and not exists (select 1 from worker w where w.id = r.claimed_by and w.lost_at is null)
            """;

    private static final String FREE_DELIVERIES = """
            update delivery_due d set claimed_by = null
            where claimed_by is not null
              and not exists (select 1 from worker w where w.id = d.claimed_by and w.lost_at is null)
            """;

    private static final String GIVE_RENDERS_BACK = """
            update render set claimed_by = null, due_at = now(), claim_no = claim_no + 1 where claimed_by = ?
            """;

    private static final String GIVE_DELIVERIES_BACK = "update delivery_due set claimed_by = null where claimed_by = ?";

    private record Lost(
            JobId job,
            int epoch,
            JobKind kind,
            int attempts,
            int takeBacks,
            Instant claimedAt,
            boolean cancelRequested,
            @Nullable Unanswered unanswered) {

        AttemptReport abandoned() {
            return unanswered == null
                    ? AttemptReport.abandoned(attempts + 1, claimedAt)
                    : AttemptReport.abandoned(unanswered.number(), unanswered.startedAt());
        }
    }

    /// A call whose answer nobody will read any more.
    private record Unanswered(int number, String provider, String model, String keyRef, Instant startedAt) {}

    /// What a round took back.
    ///
    /// @param requeued jobs that run again
    /// @param lookedUp jobs whose provider is asked for what became of a create
    /// @param held jobs that wait for an operator
    /// @param ended jobs that were lost once too often, or were to be cancelled
    public record Round(
            List<JobId> requeued,
            List<JobId> lookedUp,
            List<JobId> held,
            List<Ended> ended,
            int renders,
            int deliveries) {
        public boolean nothing() {
            return goOn().isEmpty() && ended.isEmpty() && renders + deliveries == 0;
        }

        /// The jobs that have not ended.
        public List<JobId> goOn() {
            return Stream.of(requeued, lookedUp, held).flatMap(List::stream).toList();
        }
    }

    private final Database database;
    private final LeaseSettings settings;
    private final Duration arrivalWindow;

    /// @param arrivalWindow how long a create of a lost worker may still be on its way
    public TakeBacks(Database database, LeaseSettings settings, Duration arrivalWindow) {
        this.database = database;
        this.settings = settings;
        this.arrivalWindow = arrivalWindow;
    }

    /// Takes back up to 1,000 jobs; called again while there are more. Nothing, where the taker may not judge.
    public Round takeBack(UUID taker) {
        return database.inTransaction(connection -> {
            if (!LostWorkers.declare(connection, taker, settings.duration())) {
                return new Round(List.of(), List.of(), List.of(), List.of(), 0, 0);
            }
            var round = settle(connection, lostJobs(connection), true);
            int renders = update(connection, FREE_RENDERS);
            int deliveries = update(connection, FREE_DELIVERIES);
            LostWorkers.forget(connection);
            return new Round(round.requeued(), round.lookedUp(), round.held(), round.ended(), renders, deliveries);
        });
    }

    /// Gives back what a worker that stops in order still has: at once, and without a mark against its jobs.
    public Round handBack(UUID worker) {
        return database.inTransaction(connection -> {
            var round = settle(connection, jobsOf(connection, worker), false);
            return new Round(
                    round.requeued(),
                    round.lookedUp(),
                    round.held(),
                    round.ended(),
                    update(connection, GIVE_RENDERS_BACK, worker),
                    update(connection, GIVE_DELIVERIES_BACK, worker));
        });
    }

    /// The jobs that a worker has by the database.
    public List<JobId> jobsOf(UUID worker) {
        return database.client().sql(JOBS_OF).param("worker", worker).query(UUID.class).list().stream()
                .map(JobId::new)
                .toList();
    }

    /// Takes jobs back from a live worker that knows nothing of them: the answer to their claim was lost, or running
    /// them failed in a way that nobody foresaw. They are counted like those of a lost worker.
    public Round takeBackForgotten(UUID worker, Collection<JobId> jobs) {
        return database.inTransaction(connection -> {
            try (var statement = connection.prepareStatement(LOCK_THESE_OF)) {
                statement.setObject(1, worker);
                statement.setArray(
                        2,
                        connection.createArrayOf(
                                "uuid", jobs.stream().map(JobId::value).toArray()));
                return settle(connection, locked(connection, statement), true);
            }
        });
    }

    private Round settle(Connection connection, List<Lost> jobs, boolean counted) throws SQLException {
        var again = new ArrayList<JobRequeues.TakeBack>();
        var endings = new ArrayList<Ending>();
        var lookedUp = new ArrayList<JobId>();
        var held = new ArrayList<JobId>();
        for (var lost : jobs) {
            boolean onceTooOften = counted && lost.takeBacks() + 1 >= settings.mostTakeBacks();
            if (lost.kind() == JobKind.VIDEO && lost.unanswered() != null) {
                // The create may have been paid: the provider is asked before anything else, however often the
                // job was lost. The count goes on, and a lookup that finds nothing looks at it.
                lookUp(connection, lost, lost.unanswered(), counted);
                lookedUp.add(lost.job());
            } else if (lost.cancelRequested()) {
                endings.add(Ending.cancelled(lost.job(), lost.epoch(), Optional.of(lost.abandoned())));
            } else if (!onceTooOften) {
                again.add(new JobRequeues.TakeBack(lost.job(), lost.epoch(), counted, lost.abandoned()));
            } else if (lost.kind() == JobKind.VIDEO) {
                RenderStore.holdLost(connection, lost.job(), lost.epoch(), lost.attempts() + 1, "worker_lost");
                held.add(lost.job());
            } else {
                endings.add(Ending.failed(
                        lost.job(),
                        lost.epoch(),
                        "worker_lost",
                        "The worker was lost " + (lost.takeBacks() + 1) + " times while it ran this job.",
                        Optional.of(lost.abandoned())));
            }
        }
        var ended = endings.isEmpty() ? List.<Ended>of() : JobEndings.end(connection, endings, null);
        if (!again.isEmpty()) {
            JobRequeues.takeBack(connection, again);
        }
        return new Round(again.stream().map(JobRequeues.TakeBack::job).toList(), lookedUp, held, ended, 0, 0);
    }

    private void lookUp(Connection connection, Lost lost, Unanswered unanswered, boolean counted) throws SQLException {
        var attempt = new AttemptReport(
                unanswered.number(),
                AttemptStatus.INDETERMINATE,
                unanswered.provider(),
                unanswered.model(),
                unanswered.keyRef(),
                unanswered.startedAt(),
                "worker_lost",
                null,
                "The worker was lost before the answer to the create was stored.",
                null,
                null,
                null,
                null,
                null);
        var unknown = new Operation(unanswered.provider(), unanswered.model(), unanswered.keyRef(), "");
        RenderStore.lookUpLost(connection, lost.job(), lost.epoch(), counted, attempt, unknown, arrivalWindow);
    }

    private static List<Lost> lostJobs(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement(LOCK_LOST)) {
            return locked(connection, statement);
        }
    }

    private static List<Lost> jobsOf(Connection connection, UUID worker) throws SQLException {
        try (var statement = connection.prepareStatement(LOCK_JOBS_OF)) {
            statement.setObject(1, worker);
            return locked(connection, statement);
        }
    }

    private static List<Lost> locked(Connection connection, PreparedStatement lock) throws SQLException {
        var ids = new ArrayList<UUID>();
        try (var rows = lock.executeQuery()) {
            while (rows.next()) {
                ids.add(rows.getObject(1, UUID.class));
            }
        }
        if (ids.isEmpty()) {
            return List.of();
        }
        try (var statement = connection.prepareStatement(LOCKED_JOBS)) {
            statement.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
            return read(statement);
        }
    }

    private static List<Lost> read(PreparedStatement statement) throws SQLException {
        var lost = new ArrayList<Lost>();
        try (var rows = statement.executeQuery()) {
            while (rows.next()) {
                int number = rows.getInt(8);
                boolean unanswered = !rows.wasNull();
                lost.add(new Lost(
                        new JobId(rows.getObject(1, UUID.class)),
                        rows.getInt(2),
                        JobKind.of(rows.getString(3)),
                        rows.getInt(4),
                        rows.getInt(5),
                        rows.getTimestamp(6).toInstant(),
                        rows.getBoolean(7),
                        unanswered
                                ? new Unanswered(
                                        number,
                                        rows.getString(9),
                                        rows.getString(10),
                                        rows.getString(11),
                                        rows.getTimestamp(12).toInstant())
                                : null));
            }
        }
        return lost;
    }

    private static int update(Connection connection, String sql, UUID worker) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            statement.setObject(1, worker);
            return statement.executeUpdate();
        }
    }

    private static int update(Connection connection, String sql) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            return statement.executeUpdate();
        }
    }
}
