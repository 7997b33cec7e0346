package dev.millrace.render;

import dev.millrace.job.JobId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

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

    // They stay in their order, and a little apart: who has waited longest is polled first when the pause is over. A
    // render whose time ends meanwhile is looked at then. What is nearly as late already is left.
    private static final String REST = """
            update render r
            set due_at = least(deadline, now() + ? * interval '1 ms'
                    + 0.01 * greatest(due_at - now() + interval '100 s', interval '0'))
            from (
                select job_id, attempt from render
                where key_ref = ? and phase = 'poll' and claimed_by is null and deadline > now()
                  and due_at < least(deadline, now() + ? * interval '0.9 ms')
                order by due_at
                limit ?
                for update skip locked
            ) resting
            where r.job_id = resting.job_id and r.attempt = resting.attempt
            """;

    /// What is beyond it learns by itself that its key is to rest.
    private static final int MOST_RESTING = 10_000;

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

    static int rest(Connection connection, String keyRef, Duration pause) throws SQLException {
        return Statements.update(connection, REST, pause.toMillis(), keyRef, pause.toMillis(), MOST_RESTING);
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
