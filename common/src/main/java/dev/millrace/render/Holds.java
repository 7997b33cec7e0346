package dev.millrace.render;

import dev.millrace.database.Database;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.Ended;
import dev.millrace.job.Ending;
import dev.millrace.job.JobEndings;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRequeues;
import dev.millrace.job.Requeue;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Jobs that wait for an operator, because nobody can tell whether a paid render was made; and the three answers.
/// Each answer is given once: it compares the hold that it resolves, and a second one finds none.
public final class Holds {

    private static final String HELD = """
            select r.job_id, r.project_id, j.model as public_model, r.hold_reason, r.hold_since, r.hold_attempt,
                   coalesce(a.provider, '') as provider, coalesce(a.model, '') as model,
                   coalesce(a.key_ref, '') as key_ref, coalesce(a.started_at, r.hold_since) as started_at,
                   a.provider_request_id
            from job_run r
                 join job j on j.id = r.job_id
                 left join attempt a on a.job_id = r.job_id and a.number = r.hold_attempt
            where r.hold_reason is not null
            """;

    private static final String PAGE = HELD + " and r.job_id > :after order by r.job_id limit :limit";

    private static final String ONE = HELD + " and r.job_id = :id";

    /// A held job as an operator sees it. A job that is held because its workers were lost before any create has no
    /// provider: the name is empty then, and it can only be tried again or given up.
    ///
    /// @param intentAt when the create was about to be sent: a render of ours was made no earlier
    public record Held(
            JobId job,
            UUID project,
            String publicModel,
            String reason,
            Instant since,
            int attempt,
            String provider,
            String model,
            String keyRef,
            Instant intentAt,
            Optional<String> providerRequestId) {}

    /// What an answer came to.
    public sealed interface Resolution {
        record Resolved(Optional<Ended> ended) implements Resolution {}

        /// Somebody answered before, or a lookup did.
        record NotHeld() implements Resolution {}

        /// The operation belongs to another attempt.
        record OperationTaken() implements Resolution {}
    }

    private final Database database;

    public Holds(Database database) {
        this.database = database;
    }

    /// @param after the last job of the page before
    public List<Held> list(Optional<JobId> after, int limit) {
        return database.client()
                .sql(PAGE)
                .param("after", after.map(JobId::value).orElse(new UUID(0, 0)))
                .param("limit", limit)
                .query((row, number) -> held(row))
                .list();
    }

    public Optional<Held> find(JobId job) {
        return database.client()
                .sql(ONE)
                .param("id", job.value())
                .query((row, number) -> held(row))
                .optional();
    }

    /// It was made: goes on with the operation, which the caller has asked for at the provider before.
    ///
    /// @throws IllegalArgumentException if no create was sent
    public Resolution made(Held held, String operationId, Duration life) {
        if (held.provider().isEmpty()) {
            throw new IllegalArgumentException("No create was sent for " + held.job());
        }
        return database.inTransaction(connection -> {
            var epoch = ParkedJobs.releaseHold(connection, held.job(), held.attempt(), "made");
            if (epoch.isEmpty()) {
                return new Resolution.NotHeld();
            }
            var operation = new Operation(held.provider(), held.model(), held.keyRef(), operationId);
            if (!Findings.holdOperation(connection, held.job(), held.attempt(), operation)) {
                connection.rollback();
                return new Resolution.OperationTaken();
            }
            Findings.acceptAttempt(
                    connection, held.job(), AttemptReport.abandoned(held.attempt(), held.intentAt()), operationId);
            RenderQueue.follow(connection, held.job(), held.attempt(), epoch.get(), operation, Duration.ZERO, life);
            return new Resolution.Resolved(Optional.empty());
        });
    }

    /// It was not made: the job is tried again.
    public Resolution notMade(Held held) {
        return database.inTransaction(connection -> {
            var epoch = ParkedJobs.releaseHold(connection, held.job(), held.attempt(), "not_made");
            if (epoch.isEmpty()) {
                return new Resolution.NotHeld();
            }
            Findings.endAttempt(
                    connection,
                    held.job(),
                    RenderAttempts.failed(held, "not_made").costing(null, BigDecimal.ZERO),
                    Polls.NONE);
            JobRequeues.requeue(
                    connection,
                    List.of(new Requeue(held.job(), epoch.get(), Duration.ZERO, "not_made", Optional.empty())));
            return new Resolution.Resolved(Optional.empty());
        });
    }

    /// Nobody will know: the job fails, and the attempt stays unexplained.
    public Resolution giveUp(Held held) {
        return database.inTransaction(connection -> {
            var epoch = ParkedJobs.releaseHold(connection, held.job(), held.attempt(), "give_up");
            if (epoch.isEmpty()) {
                return new Resolution.NotHeld();
            }
            Findings.abandonIndeterminate(connection, held.job(), held.attempt());
            return new Resolution.Resolved(end(connection, held, epoch.get()));
        });
    }

    private static Optional<Ended> end(Connection connection, Held held, int epoch) throws SQLException {
        var ending = Ending.failed(
                held.job(),
                epoch,
                "render_unaccounted",
                "It could not be found out whether the provider made this video; an operator gave it up.",
                Optional.empty());
        return JobEndings.end(connection, List.of(ending), null).stream().findFirst();
    }

    private static Held held(java.sql.ResultSet row) throws SQLException {
        return new Held(
                new JobId(row.getObject("job_id", UUID.class)),
                row.getObject("project_id", UUID.class),
                row.getString("public_model"),
                row.getString("hold_reason"),
                row.getTimestamp("hold_since").toInstant(),
                row.getInt("hold_attempt"),
                row.getString("provider"),
                row.getString("model"),
                row.getString("key_ref"),
                row.getTimestamp("started_at").toInstant(),
                Optional.ofNullable(row.getString("provider_request_id")));
    }
}
