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
import org.springframework.jdbc.core.simple.JdbcClient;

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
                        when q.attempts = 0 then 'pending'
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

    // Each state is a stretch of an index, so that a page reads at most twice as many rows as it has, however many have
    // failed.
    private static final String UNDELIVERED =
            """
            with q as materialized (
                select * from (
                    (select * from delivery_due
                     where %1$s attempts > 0 and state = 'exhausted' and delivery_id > :after
                       and :exhausted::boolean
                     order by delivery_id limit :limit)
                    union all
                    (select * from delivery_due
                     where %1$s attempts > 0 and state = 'pending' and delivery_id > :after
                       and :retrying::boolean
                     order by delivery_id limit :limit)
                ) of_both
                order by delivery_id
                limit :limit
            )
            """ + SHOWN + "from q join delivery d on d.id = q.delivery_id " + LAST + " order by d.id";

    private static final String UNDELIVERED_OF_ALL = UNDELIVERED.formatted("");

    private static final String UNDELIVERED_OF_ONE = UNDELIVERED.formatted("project_id = :project and");

    private static final String ATTEMPTS = """
            select t.number, t.started_at, t.millis, t.outcome, t.http_status, t.response
            from delivery_attempt t
            where t.delivery_id = :id
            order by t.number desc
            limit :limit
            """;

    // A week that is dropped takes its deliveries along: this one is there until the row stands by which it is kept.
    private static final String NO_DROP =
            "select pg_try_advisory_xact_lock_shared(hashtext('millrace.make_partitions'))";

    // A report that is about to take the row away comes first: its attempt is counted by what follows.
    private static final String LOCK =
            "select 1 from delivery_due where delivery_id = :id and project_id = :project for update";

    // Its attempts go on counting, which numbers them, and its schedule begins anew. Who has it now is not disturbed,
    // and finds when it reports that it was asked for meanwhile.
    private static final String RESEND = """
            insert into delivery_due (delivery_id, project_id, endpoint, due_at, attempts, schedule_start)
            select d.id, d.project_id, endpoint_hash(d.project_id, d.url), now(), made.attempts, made.attempts
            from delivery d
                 cross join lateral (
                     select coalesce(max(number), 0) as attempts from delivery_attempt where delivery_id = d.id
                 ) made
            where d.id = :id and d.project_id = :project and made.attempts < :most
            on conflict (delivery_id) do update
            set state = 'pending', resends = delivery_due.resends + 1, schedule_start = delivery_due.attempts,
                due_at = case when delivery_due.claimed_by is null then now() else delivery_due.due_at end
            """;

    private static final String THERE = "select count(*) from delivery where id = :id and project_id = :project";

    /// What became of the wish to have a delivery sent again.
    public enum Resend {
        /// It is due, or will be when the attempt is over that is under way.
        DUE,
        /// It was tried as often as it may be before somebody asks for it.
        TRIED_TOO_OFTEN,
        /// Its week was dropped meanwhile.
        GONE,
        /// Weeks are being made or dropped; it can be asked for in a moment.
        NOT_NOW
    }

    /// What was tried so often is not sent again on request.
    public static final int NO_RESEND_AFTER = 1_000;

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

    /// A page of those that were tried and have not arrived, the oldest first; with them those that had arrived and are
    /// being sent again.
    ///
    /// @param project whose; of all where empty
    /// @param status  which of them: retrying or exhausted
    /// @param after   the last one of the page before
    public List<Delivery> undelivered(
            Optional<UUID> project, Optional<Delivery.Status> status, Optional<DeliveryId> after, int limit) {
        var statement = database.client()
                .sql(project.isPresent() ? UNDELIVERED_OF_ONE : UNDELIVERED_OF_ALL)
                .param("exhausted", wanted(status, Delivery.Status.EXHAUSTED))
                .param("retrying", wanted(status, Delivery.Status.RETRYING))
                .param("after", after.map(DeliveryId::value).orElse(new UUID(0, 0)))
                .param("limit", limit);
        return project.map(owner -> statement.param("project", owner))
                .orElse(statement)
                .query((row, number) -> delivery(row))
                .list();
    }

    private static boolean wanted(Optional<Delivery.Status> status, Delivery.Status one) {
        return status.isEmpty() || status.get() == one;
    }

    /// A delivery's attempts in order, each with the first bytes of what the receiver answered; of many the last.
    public List<Delivery.Attempt> attempts(Delivery delivery, int limit) {
        return database.client()
                .sql(ATTEMPTS)
                .param("id", delivery.id().value())
                .param("limit", limit)
                .query((row, number) -> attempt(row))
                .list()
                .reversed();
    }

    /// Has a delivery sent again, by its whole schedule, whatever became of it: at once, or when the attempt is over
    /// that is under way, since that may have begun too early for whoever asks.
    public Resend resend(Delivery delivery) {
        return database.inTransaction(connection -> {
            if (!database.client().sql(NO_DROP).query(Boolean.class).single()) {
                return Resend.NOT_NOW;
            }
            about(LOCK, delivery).query(Integer.class).optional();
            int due = about(RESEND, delivery).param("most", NO_RESEND_AFTER).update();
            if (due > 0) {
                return Resend.DUE;
            }
            return about(THERE, delivery).query(Integer.class).single() > 0 ? Resend.TRIED_TOO_OFTEN : Resend.GONE;
        });
    }

    private JdbcClient.StatementSpec about(String sql, Delivery delivery) {
        return database.client().sql(sql).param("id", delivery.id().value()).param("project", delivery.project());
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
