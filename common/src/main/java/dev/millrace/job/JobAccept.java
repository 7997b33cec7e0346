package dev.millrace.job;

import dev.millrace.batch.Combiner;
import dev.millrace.database.Columns;
import dev.millrace.database.Database;
import dev.millrace.database.Failures;
import dev.millrace.database.KeptPlan;
import dev.millrace.database.NamesColumn;
import dev.millrace.ledger.Budgets;
import dev.millrace.ledger.Reservations;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/// Commits submissions: key, job, metadata and queue row of many submissions in one statement and one commit.
public final class JobAccept implements Combiner.Batch<NewJob, Acceptance> {

    private static final String INPUT = "select " + KeptPlan.KEPT + ";" + """
            with submitted as (
                select *
                from unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::bytea[], ?::text[], ?::text[], ?::int[],
                            ?::text[], ?::bytea[], ?::bool[], ?::uuid[],
                            ?::numeric[], ?::text[])
                     as t(id, project_id, kind, model, request, metadata, webhook_url, priority,
                          key, fingerprint, direct, key_id,
                          estimate, may_drop)
            ), under_way as materialized (
                -- While this is held, the places stay counted that their holder has drawn, however late it commits.
                select pg_advisory_xact_lock_shared(hashtextextended(?, 0))::text as locked
            ), place as materialized (
                select locked is not null and clock_timestamp() < ?::timestamptz as good from under_way
            ), input as (
                -- A project with a budget gets nothing for which nothing is reserved.
                select * from submitted s
                where estimate is not null or not exists (select from budget b where b.project_id = s.project_id)
            )
            """;

    // The order within a project: waiting a minute makes up for one level of priority.
    private static final String QUEUED = """
            , jobs as (
                insert into job (id, project_id, kind, model, request, metadata, webhook_url, priority, key_id,
                                 may_drop)
                select id, project_id, kind, model, request, metadata::jsonb, webhook_url, priority, key_id, may_drop
                from fresh
            ), published as (
                insert into job_dispatch (job_id, project_id, lane, dispatched_at, epoch, attempts, take_backs, sequence)
                select id, project_id, kind, now(), 0, 0, 0, 1 from fresh
                where direct and (select good from place)
            ), waiting as (
                insert into job_backlog (job_id, project_id, lane, turn, run_at, epoch, attempts, take_backs, sequence)
                select id, project_id, kind, now() - priority * interval '1 minute', now(), 0, 0, 0, 1
                from fresh where not (direct and (select coalesce(good, false) from place))
            )
            """;

    private static final String ANSWER = "select id, now() from fresh";

    // A part of a statement costs also where it finds nothing to do, and most batches are of one or two submissions.
    private static final String ACCEPT_PLAIN = INPUT + ", fresh as (select * from input)" + QUEUED + ANSWER;

    private static final String ACCEPT_ANY = INPUT + """
            , keyed as (
                -- Sorted, so that two instances with the same keys wait for each other and never in a circle.
                insert into idempotency_key as k (project_id, key, fingerprint, job_id)
                select project_id, key, fingerprint, id from input where key is not null order by project_id, key
                on conflict (project_id, key) do update
                    set fingerprint = excluded.fingerprint, job_id = excluded.job_id, created_at = now()
                    where k.created_at < now() - interval '24 hours'
                returning job_id
            ), fresh as (
                select * from input where key is null or id in (select job_id from keyed)
            )
            """ + QUEUED + """
            , pairs as (
                insert into job_metadata (project_id, key, value, kind, job_id)
                select f.project_id, m.key, m.value, f.kind, f.id
                from fresh f cross join lateral jsonb_each_text(f.metadata::jsonb) m
                where f.metadata is not null
            ), reserved as (
            %s
            )
            """.formatted(Reservations.RESERVE) + ANSWER;

    private static final String HOLDERS_OF_KEYS = """
            select k.project_id, k.key, k.fingerprint, k.job_id
            from unnest(?::uuid[], ?::text[]) as t(project_id, key)
            join idempotency_key k using (project_id, key)
            -- An older one is free, whether it has been forgotten yet or not.
            where k.created_at >= now() - interval '24 hours'
            """;

    private static final String COMMITTED = "select id, created_at from job where id = any (?::uuid[])";

    private static final Duration ASK_FOR = Duration.ofMillis(1_200);

    private static final Logger log = LoggerFactory.getLogger(JobAccept.class);

    private record Key(UUID project, String key) {}

    private record Holder(byte[] fingerprint, UUID job) {}

    private final Database database;

    public JobAccept(Database database) {
        this.database = database;
    }

    @Override
    public boolean splits(RuntimeException failure) {
        return Failures.refusedRow(failure);
    }

    /// Commits a batch.
    ///
    /// @throws DataAccessResourceFailureException if the database is away and the jobs were not found afterwards
    @Override
    public List<Acceptance> write(List<NewJob> jobs) {
        var first = firstOfEachKey(jobs);
        var over = new HashMap<UUID, BigDecimal>();
        var accepted = commit(first, over);
        var unanswered = jobs.stream()
                .filter(job -> !accepted.containsKey(job.id().value()))
                .toList();
        var holders = unanswered.isEmpty()
                ? Map.<Key, Holder>of()
                : database.run(connection -> holders(connection, unanswered));
        var answers = new ArrayList<Acceptance>(jobs.size());
        for (var job : jobs) {
            var at = accepted.get(job.id().value());
            answers.add(at != null ? new Acceptance.Accepted(at) : unaccepted(job, holders, over));
        }
        return answers;
    }

    private Acceptance unaccepted(NewJob job, Map<Key, Holder> holders, Map<UUID, BigDecimal> over) {
        var holder = job.idempotency()
                .map(wanted -> holders.get(new Key(job.project(), wanted.key())))
                .orElse(null);
        if (holder == null) {
            var left = over.get(job.id().value());
            if (left != null) {
                return new Acceptance.OverBudget(left);
            }
            if (job.estimate().isEmpty() && hasBudget(job.project())) {
                return new Acceptance.Unestimated();
            }
            // The key was swept, a day old, or the budget removed between the two statements: now the way is free.
            return write(List.of(job)).getFirst();
        }
        var wanted = job.idempotency().orElseThrow();
        return Arrays.equals(holder.fingerprint(), wanted.fingerprint())
                ? new Acceptance.Replayed(new JobId(holder.job()))
                : new Acceptance.Conflicting();
    }

    /// The second of two equal keys in one batch may not meet the first in one statement; it is answered by its row.
    private static List<NewJob> firstOfEachKey(List<NewJob> jobs) {
        var seen = new HashSet<Key>();
        return jobs.stream()
                .filter(job -> job.idempotency().isEmpty()
                        || seen.add(
                                new Key(job.project(), job.idempotency().get().key())))
                .toList();
    }

    private boolean hasBudget(UUID project) {
        return new Budgets(database).find(project).isPresent();
    }

    /// @param over gets the jobs that would pass a budget, with what is left of it
    private Map<UUID, Instant> commit(List<NewJob> jobs, Map<UUID, BigDecimal> over) {
        try {
            return jobs.stream().allMatch(job -> job.estimate().isEmpty())
                    ? database.run(connection -> insert(connection, jobs))
                    : database.inTransaction(connection -> insertWithinBudgets(connection, jobs, over));
        } catch (DataAccessException failure) {
            if (!Failures.unreachable(failure)) {
                throw failure;
            }
            return askWhetherCommitted(jobs, failure);
        }
    }

    private static Map<UUID, Instant> insertWithinBudgets(
            Connection connection, List<NewJob> jobs, Map<UUID, BigDecimal> over) throws SQLException {
        over.clear();
        over.putAll(OverBudgets.among(connection, jobs, keysTaken(connection, jobs)));
        return insert(
                connection,
                jobs.stream().filter(job -> !over.containsKey(job.id().value())).toList());
    }

    /// Jobs whose key another has: they are answered by that one, and take nothing from a budget.
    private static Set<UUID> keysTaken(Connection connection, List<NewJob> jobs) throws SQLException {
        var keyed = jobs.stream().filter(job -> job.idempotency().isPresent()).toList();
        var holders = keyed.isEmpty() ? Map.<Key, Holder>of() : holders(connection, keyed);
        return keyed.stream()
                .filter(job -> holders.containsKey(
                        new Key(job.project(), job.idempotency().orElseThrow().key())))
                .map(job -> job.id().value())
                .collect(Collectors.toSet());
    }

    private static Map<UUID, Instant> insert(Connection connection, List<NewJob> jobs) throws SQLException {
        var columns = new Columns<>(connection, jobs);
        var place = place(jobs);
        try (var statement = connection.prepareStatement(plain(jobs) ? ACCEPT_PLAIN : ACCEPT_ANY)) {
            statement.setArray(1, columns.uuids(job -> job.id().value()));
            statement.setArray(2, columns.uuids(NewJob::project));
            statement.setArray(3, columns.texts(job -> job.kind().word()));
            statement.setArray(4, columns.texts(NewJob::model));
            statement.setArray(5, columns.bytes(NewJob::request));
            statement.setArray(6, columns.texts(job -> MetadataJson.write(job.metadata())));
            statement.setArray(7, columns.texts(job -> job.webhookUrl().orElse(null)));
            statement.setArray(8, columns.ints(NewJob::priority));
            statement.setArray(9, columns.texts(JobAccept::key));
            statement.setArray(
                    10,
                    columns.bytes(job -> job.idempotency()
                            .map(NewJob.Idempotency::fingerprint)
                            .orElse(null)));
            statement.setArray(11, columns.booleans(job -> drawnAs(place, job)));
            statement.setArray(12, columns.uuids(job -> job.key().orElse(null)));
            statement.setArray(13, columns.numerics(job -> job.estimate().orElse(null)));
            statement.setArray(14, columns.texts(job -> NamesColumn.write(job.mayDrop())));
            statement.setString(15, place == null ? null : place.holder().toString());
            statement.setString(16, place == null ? null : place.until().toString());
            return idsAndTimes(KeptPlan.query(statement));
        }
    }

    private static boolean plain(List<NewJob> jobs) {
        return jobs.stream()
                .allMatch(job -> job.idempotency().isEmpty()
                        && job.metadata().isEmpty()
                        && job.estimate().isEmpty());
    }

    /// The place whose time is over first; almost always it is that of all.
    private static @Nullable DrawnPlace place(List<NewJob> jobs) {
        return jobs.stream()
                .flatMap(job -> job.direct().stream())
                .min(Comparator.comparing(DrawnPlace::until))
                .orElse(null);
    }

    /// A job whose place has another holder, which has just taken a new name, goes to the backlog.
    private static boolean drawnAs(@Nullable DrawnPlace place, NewJob job) {
        return place != null
                && job.direct().isPresent()
                && job.direct().get().holder().equals(place.holder());
    }

    private static @Nullable String key(NewJob job) {
        return job.idempotency().map(NewJob.Idempotency::key).orElse(null);
    }

    private static Map<UUID, Instant> idsAndTimes(ResultSet rows) throws SQLException {
        var found = new HashMap<UUID, Instant>();
        while (rows.next()) {
            found.put(rows.getObject(1, UUID.class), rows.getTimestamp(2).toInstant());
        }
        return found;
    }

    /// The answer of a commit was lost. Nothing is concluded before the database has been asked.
    private Map<UUID, Instant> askWhetherCommitted(List<NewJob> jobs, DataAccessException failure) {
        log.warn("The answer to {} submissions was lost; asking whether they were committed", jobs.size(), failure);
        long until = System.nanoTime() + ASK_FOR.toNanos();
        var found = Map.<UUID, Instant>of();
        while (found.isEmpty() && System.nanoTime() < until) {
            try {
                found = database.run(connection -> {
                    try (var statement = connection.prepareStatement(COMMITTED)) {
                        statement.setArray(
                                1,
                                new Columns<>(connection, jobs)
                                        .uuids(job -> job.id().value()));
                        return idsAndTimes(statement.executeQuery());
                    }
                });
                if (found.isEmpty()) {
                    break;
                }
            } catch (DataAccessException away) {
                failure.addSuppressed(away);
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            }
        }
        if (found.isEmpty()) {
            throw failure;
        }
        return found;
    }

    private static Map<Key, Holder> holders(Connection connection, List<NewJob> jobs) throws SQLException {
        var columns = new Columns<>(connection, jobs);
        var holders = new HashMap<Key, Holder>();
        try (var statement = connection.prepareStatement(HOLDERS_OF_KEYS)) {
            statement.setArray(1, columns.uuids(NewJob::project));
            statement.setArray(2, columns.texts(JobAccept::key));
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    holders.put(
                            new Key(rows.getObject(1, UUID.class), rows.getString(2)),
                            new Holder(rows.getBytes(3), rows.getObject(4, UUID.class)));
                }
            }
        }
        return holders;
    }
}
