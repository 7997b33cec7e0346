package dev.millrace.render;

import dev.millrace.database.Columns;
import dev.millrace.job.JobId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// How renders that are due become a worker's, and become free again.
final class DueRenders {

    // Polls, with lookups, and fetches have slots of their own: many of the one take no place from the other.
    private static final String CLAIM = """
            with polls as (
                select job_id, attempt from render
                where claimed_by is null and due_at <= now() and phase <> 'fetch'
                  and provider <> all (?) and provider || ' ' || key_ref <> all (?)
                  -- A worker that was forgotten would keep what it claims for ever.
                  and exists (select 1 from worker where id = ?)
                order by due_at
                limit ?
                for update skip locked
            ), fetches as (
                select job_id, attempt from render
                where claimed_by is null and due_at <= now() and phase = 'fetch'
                  and provider <> all (?) and provider || ' ' || key_ref <> all (?)
                  and exists (select 1 from worker where id = ?)
                order by due_at
                limit ?
                for update skip locked
            ), taken as (
                update render r set claimed_by = ?, claim_no = r.claim_no + 1
                from (select * from polls union all select * from fetches) as d
                where r.job_id = d.job_id and r.attempt = d.attempt
                returning r.*
            )
            select t.*, j.project_id, j.model as public_model, j.request, now() as clock,
                   coalesce(o.take_backs, 0) as take_backs, a.started_at as intent_at,
                   -- Asked one by one of the few that nobody runs, never for all at once.
                   case when o.job_id is null
                        then exists (select 1 from job_end e where e.job_id = t.job_id)
                        else false end as job_ended
            from taken t
                 join job j on j.id = t.job_id
                 join attempt a on a.job_id = t.job_id and a.number = t.attempt
                 left join job_run o on o.job_id = t.job_id and o.epoch = t.epoch
            """;

    private static final String CLAIMS_OF = "select job_id, attempt, claim_no from render where claimed_by = ?";

    // It stays due as it was: who had to wait is not put behind those that came later.
    private static final String FREE = """
            update render r set claimed_by = null, claim_no = r.claim_no + 1
            from unnest(?::uuid[], ?::int[], ?::int[]) as c(job_id, attempt, claim_no)
            where r.job_id = c.job_id and r.attempt = c.attempt and r.claim_no = c.claim_no and r.claimed_by = ?
            """;

    private DueRenders() {}

    static List<FollowedRender> claim(Connection connection, UUID worker, Wanted polls, Wanted fetches)
            throws SQLException {
        var renders = new ArrayList<FollowedRender>();
        try (var statement = connection.prepareStatement(CLAIM)) {
            set(statement, 1, worker, polls);
            set(statement, 5, worker, fetches);
            statement.setObject(9, worker);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    renders.add(render(rows));
                }
            }
        }
        return renders;
    }

    private static void set(PreparedStatement statement, int from, UUID worker, Wanted wanted) throws SQLException {
        var connection = statement.getConnection();
        statement.setArray(
                from, connection.createArrayOf("text", wanted.withoutProviders().toArray()));
        statement.setArray(
                from + 1,
                connection.createArrayOf(
                        "text",
                        wanted.withoutKeys().stream().map(RenderKey::text).toArray()));
        statement.setObject(from + 2, worker);
        statement.setInt(from + 3, wanted.most());
    }

    private static FollowedRender render(ResultSet row) throws SQLException {
        return new FollowedRender(
                new JobId(row.getObject("job_id", UUID.class)),
                row.getInt("attempt"),
                row.getInt("claim_no"),
                FollowedRender.Phase.of(row.getString("phase")),
                row.getInt("epoch"),
                row.getObject("project_id", UUID.class),
                row.getString("public_model"),
                row.getBytes("request"),
                row.getString("provider"),
                row.getString("model"),
                row.getString("key_ref"),
                Optional.ofNullable(row.getString("operation_id")),
                row.getTimestamp("intent_at").toInstant(),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("deadline").toInstant(),
                row.getTimestamp("clock").toInstant(),
                row.getInt("errors"),
                row.getInt("polls"),
                Optional.ofNullable(row.getTimestamp("not_found_since")).map(Timestamp::toInstant),
                row.getInt("take_backs"),
                row.getBoolean("job_ended"));
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
}
