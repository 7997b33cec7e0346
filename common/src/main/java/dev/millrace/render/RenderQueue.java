package dev.millrace.render;

import dev.millrace.database.Columns;
import dev.millrace.job.JobId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The renders that are looked up, polled or fetched when they are due. What a worker writes about one that it has
/// taken up is fenced by its claim number.
final class RenderQueue {

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
                where claimed_by is null and due_at <= now() and (phase = 'fetch' or key_ref <> all (?))
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
            set claimed_by = null, due_at = now() + ? * interval '1 ms', errors = ?,
                polls = polls + case seen when 'not_asked' then 0 else 1 end,
                first_polled_at = case seen when 'not_asked' then first_polled_at
                                            else coalesce(first_polled_at, now()) end,
                polled_at = case seen when 'not_asked' then polled_at else now() end,
                -- What says nothing about the render does not make it known again.
                not_found_since = case seen when 'there' then null
                                            when 'missing' then coalesce(not_found_since, now())
                                            else not_found_since end
            from (select ?::text as seen) as told
            where job_id = ? and attempt = ? and claim_no = ?
            """;

    private static final String START_FETCH = """
            update render
            set phase = 'fetch', due_at = now(), errors = 0, polls = polls + 1, polled_at = now(),
                first_polled_at = coalesce(first_polled_at, now()), deadline = now() + ? * interval '1 ms'
            where job_id = ? and attempt = ? and claim_no = ?
            """;

    private static final String CLAIMED = """
            select claim_no from render where job_id = ? and attempt = ? and claim_no = ? for update
            """;

    private static final String UNFOLLOW = """
            delete from render where job_id = ? and attempt = ? and claim_no = ?
            returning polls, first_polled_at, polled_at, now() as clock
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

    private RenderQueue() {}

    static void follow(
            Connection connection,
            JobId job,
            int attempt,
            int epoch,
            Operation operation,
            Duration pollAfter,
            Duration life)
            throws SQLException {
        Statements.update(
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
        Statements.update(
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

    static List<FollowedRender> claimDue(Connection connection, UUID worker, int limit, List<String> withoutKeys)
            throws SQLException {
        var renders = new ArrayList<FollowedRender>();
        try (var statement = connection.prepareStatement(CLAIM_DUE)) {
            statement.setArray(1, connection.createArrayOf("text", withoutKeys.toArray()));
            statement.setObject(2, worker);
            statement.setInt(3, limit);
            statement.setObject(4, worker);
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
            Statements.set(statement, worker);
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

    static void postpone(Connection connection, FollowedRender render, Duration delay, int errors, Seen seen)
            throws SQLException {
        Statements.update(
                connection,
                POSTPONE,
                delay.toMillis(),
                errors,
                seen.word(),
                render.job().value(),
                render.attempt(),
                render.claimNo());
    }

    static int startFetch(Connection connection, FollowedRender render, Duration fileLife) throws SQLException {
        return Statements.update(
                connection, START_FETCH, fileLife.toMillis(), render.job().value(), render.attempt(), render.claimNo());
    }

    /// Whether the render is still its follower's; if so, it stays locked.
    static boolean claimed(Connection connection, FollowedRender render) throws SQLException {
        return Statements.number(connection, CLAIMED, render.job().value(), render.attempt(), render.claimNo())
                .isPresent();
    }

    /// @return the polls that there were, with one that has just ended it; empty if it is no longer its follower's
    static Optional<Polls> unfollow(Connection connection, FollowedRender render) throws SQLException {
        try (var statement = connection.prepareStatement(UNFOLLOW)) {
            Statements.set(statement, render.job().value(), render.attempt(), render.claimNo());
            try (var rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                int written = rows.getInt("polls");
                var first = rows.getTimestamp("first_polled_at");
                var last = rows.getTimestamp("polled_at");
                if (render.polls() > written) {
                    last = rows.getTimestamp("clock");
                    first = first == null ? last : first;
                }
                return Optional.of(new Polls(Math.max(written, render.polls()), first, last));
            }
        }
    }

    static void adopt(
            Connection connection, FollowedRender render, String operationId, Duration pollAfter, Duration life)
            throws SQLException {
        Statements.update(
                connection,
                ADOPT,
                operationId,
                pollAfter.toMillis(),
                life.toMillis(),
                render.job().value(),
                render.attempt(),
                render.claimNo());
    }
}
