package dev.millrace.webhook;

import dev.millrace.database.Database;
import dev.millrace.job.JobId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Looks up what became of deliveries, and has them sent again. A delivery is never made anew: what is sent again has
/// the same id and the same bytes.
public final class DeliveryLog {

    // What is not in the queue any more has arrived. The last attempt stands beside it, without what was answered.
    private static final String SHOWN = """
            select d.id, d.job_id, d.project_id, d.url, d.created_at,
                   convert_from(d.body, 'UTF8')::json ->> 'id' as event,
                   convert_from(d.body, 'UTF8')::json ->> 'type' as type,
                   case when q.delivery_id is null then 'delivered'
                        when q.state = 'exhausted' then 'exhausted'
                        when q.attempts = q.schedule_start then 'pending'
                        else 'retrying' end as status,
                   case when q.state = 'pending' and q.claimed_by is null then q.due_at end as next_at,
                   t.number, t.started_at, t.millis, t.outcome, t.http_status, null::bytea as response
            """;

    private static final String LAST = """
            left join lateral (
                select * from delivery_attempt a where a.delivery_id = d.id order by a.number desc limit 1
            ) t on true
            """;

    private static final String OF_JOB = SHOWN + """
            from delivery d left join delivery_due q on q.delivery_id = d.id
            """ + LAST + """
            where d.job_id = :job and d.project_id = :project
            order by d.sequence, d.id
            """;

    private static final String ONE = SHOWN + """
            from delivery d left join delivery_due q on q.delivery_id = d.id
            """ + LAST + " where d.id = :id";

    private static final String OWN = ONE + " and d.project_id = :project";

    // The rows of the page are found by the queue alone, so that its index and the limit bound what is read.
    private static final String FAILED =
            """
            with q as materialized (
                select * from delivery_due
                where attempts > 0 and delivery_id > :after and %s
                  and (:status::text is null
                       or :status = case when state = 'exhausted' then 'exhausted'
                                         when attempts = schedule_start then 'pending'
                                         else 'retrying' end)
                order by delivery_id
                limit :limit
            )
            """ + SHOWN + "from q join delivery d on d.id = q.delivery_id " + LAST + " order by d.id";

    private static final String FAILED_OF_ALL = FAILED.formatted("true");

    private static final String FAILED_OF_ONE = FAILED.formatted("project_id = :project");

    private static final String ATTEMPTS = """
            select t.number, t.started_at, t.millis, t.outcome, t.http_status, t.response
            from delivery_attempt t
            where t.delivery_id = :id
            order by t.number
            """;

    // A week that is dropped takes its deliveries along. This one is there until the row stands by which it is kept.
    private static final String NO_DROP = "select pg_advisory_xact_lock_shared(hashtext('millrace.make_partitions'))";

    // Who has it now sends it now. It keeps its count of attempts, which numbers them, and has its whole schedule
    // again.
    private static final String RESEND = """
            insert into delivery_due (delivery_id, project_id, endpoint, due_at, attempts, schedule_start)
            select d.id, d.project_id, endpoint_hash(d.project_id, d.url), now(), made.attempts, made.attempts
            from delivery d
                 cross join lateral (
                     select coalesce(max(number), 0) as attempts from delivery_attempt where delivery_id = d.id
                 ) made
            where d.id = :id
            on conflict (delivery_id) do update
            set state = 'pending', due_at = now(), schedule_start = delivery_due.attempts
            where delivery_due.claimed_by is null
            """;

    private final Database database;

    public DeliveryLog(Database database) {
        this.database = database;
    }

    /// Those of one job, in the order of its events.
    public List<Delivery> ofJob(UUID project, JobId job) {
        return database.client()
                .sql(OF_JOB)
                .param("job", job.value())
                .param("project", project)
                .query((row, number) -> delivery(row))
                .list();
    }

    public Optional<Delivery> find(DeliveryId id) {
        return database.client()
                .sql(ONE)
                .param("id", id.value())
                .query((row, number) -> delivery(row))
                .optional();
    }

    /// @return empty also if it is another project's
    public Optional<Delivery> find(UUID project, DeliveryId id) {
        return database.client()
                .sql(OWN)
                .param("id", id.value())
                .param("project", project)
                .query((row, number) -> delivery(row))
                .optional();
    }

    /// A page of those that have failed and have not arrived since, the oldest first.
    ///
    /// @param project whose; of all where empty
    /// @param status  which of them; `delivered` is none
    /// @param after   the last one of the page before
    public List<Delivery> failed(
            Optional<UUID> project, Optional<Delivery.Status> status, Optional<DeliveryId> after, int limit) {
        var statement = database.client()
                .sql(project.isPresent() ? FAILED_OF_ONE : FAILED_OF_ALL)
                .param("status", status.map(Delivery.Status::word).orElse(null))
                .param("after", after.map(DeliveryId::value).orElse(new UUID(0, 0)))
                .param("limit", limit);
        return project.map(owner -> statement.param("project", owner))
                .orElse(statement)
                .query((row, number) -> delivery(row))
                .list();
    }

    /// Its attempts in order, each with the first bytes of what the receiver answered.
    public List<Delivery.Attempt> attempts(DeliveryId id) {
        return database.client()
                .sql(ATTEMPTS)
                .param("id", id.value())
                .query((row, number) -> attempt(row))
                .list();
    }

    /// Has a delivery sent again, at once and by its whole schedule, whatever became of it. One that is being sent at
    /// this moment is left to that.
    public void resend(DeliveryId id) {
        database.inTransaction(connection -> {
            try (var lock = connection.prepareStatement(NO_DROP)) {
                lock.execute();
            }
            return database.client().sql(RESEND).param("id", id.value()).update();
        });
    }

    private static Delivery delivery(ResultSet row) throws SQLException {
        var last = row.getObject("number") == null ? Optional.<Delivery.Attempt>empty() : Optional.of(attempt(row));
        return new Delivery(
                new DeliveryId(row.getObject("id", UUID.class)),
                new JobId(row.getObject("job_id", UUID.class)),
                row.getObject("project_id", UUID.class),
                row.getString("event"),
                row.getString("type"),
                row.getString("url"),
                Delivery.Status.parse(row.getString("status")).orElseThrow(),
                row.getTimestamp("created_at").toInstant(),
                last.map(Delivery.Attempt::number).orElse(0),
                Optional.ofNullable(row.getTimestamp("next_at")).map(Timestamp::toInstant),
                last);
    }

    private static Delivery.Attempt attempt(ResultSet row) throws SQLException {
        return new Delivery.Attempt(
                row.getInt("number"),
                row.getTimestamp("started_at").toInstant(),
                Duration.ofMillis(row.getInt("millis")),
                row.getString("outcome"),
                Optional.ofNullable(row.getObject("http_status", Integer.class)),
                Optional.ofNullable(row.getBytes("response")));
    }
}
