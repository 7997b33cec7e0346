package dev.millrace.ledger;

import dev.millrace.database.Database;
import java.sql.Connection;
import java.sql.SQLException;

/// Moves entries into the sums by day. What is deleted there is added here in the same statement, so that a crash at
/// any point leaves each entry in one of the two places.
public final class UsageRollUp {

    private static final int PORTION = 20_000;

    // Every process of both services has this to do; one at a time is enough.
    private static final String ONE_AT_A_TIME = "select pg_try_advisory_xact_lock(hashtext('millrace.roll_up'))";

    // Sums are locked in one order.
    private static final String ROLL_UP = """
            with taken as (
                delete from usage_entry
                where ctid = any (array(select ctid from usage_entry limit %d for update skip locked))
                returning *
            ), added as (
                insert into usage_day as d (project_id, day, model, key_id, attempts, unknown, tokens_in, tokens_out,
                                            tokens_cached, seconds, cost, unaccounted)
                select project_id, day, model, key_id, sum(attempts), sum(unknown), sum(tokens_in), sum(tokens_out),
                       sum(tokens_cached), sum(seconds), sum(cost), sum(unaccounted)
                from taken
                group by project_id, day, model, key_id
                order by project_id, day, model, key_id
                on conflict (project_id, day, model, key_id) do update
                    set attempts = d.attempts + excluded.attempts, unknown = d.unknown + excluded.unknown,
                        tokens_in = d.tokens_in + excluded.tokens_in, tokens_out = d.tokens_out + excluded.tokens_out,
                        tokens_cached = d.tokens_cached + excluded.tokens_cached,
                        seconds = d.seconds + excluded.seconds, cost = d.cost + excluded.cost,
                        unaccounted = d.unaccounted + excluded.unaccounted
            )
            select count(*) from taken
            """.formatted(PORTION);

    private final Database database;

    public UsageRollUp(Database database) {
        this.database = database;
    }

    /// Adds up all that waits, unless another process is at it.
    ///
    /// @return how many entries were moved
    public long rollUp() {
        long all = 0;
        long moved;
        do {
            moved = database.inTransaction(UsageRollUp::portion);
            all += moved;
        } while (moved == PORTION);
        return all;
    }

    private static long portion(Connection connection) throws SQLException {
        return isOurs(connection) ? number(connection, ROLL_UP) : 0;
    }

    private static boolean isOurs(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement(ONE_AT_A_TIME);
                var rows = statement.executeQuery()) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (var statement = connection.prepareStatement(sql);
                var rows = statement.executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }
}
