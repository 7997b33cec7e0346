package dev.millrace.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;

/// Declares workers lost that were silent for a whole lease time, on the word of one that was heard throughout.
final class LostWorkers {

    // In the transaction that takes back, and by its clock: the question may have waited in a database that stood
    // still, and then nobody has been heard for as long.
    private static final String ANY_TO_JUDGE = """
            select exists (select 1 from worker
                           where id = ? and lost_at is null and heartbeat_at > now() - ? * interval '1 ms' / 2
                             and steady_since <= now() - ? * interval '1 ms')
               and exists (select 1 from worker
                           where lost_at is not null or heartbeat_at <= now() - ? * interval '1 ms')
            """;

    // The lock decides between this and a heartbeat: one that is just being written is heard, one that comes later
    // finds its worker lost.
    private static final String DECLARE = """
            with silent as (
                select id from worker
                where lost_at is null and heartbeat_at <= now() - ? * interval '1 ms'
                for update skip locked
            )
            update worker w set lost_at = now() from silent s where w.id = s.id
            """;

    private static final String FORGET = """
            delete from worker w
            where w.lost_at is not null and w.heartbeat_at <= now() - interval '10 minutes'
              and not exists (select 1 from job_run r where r.owner = w.id)
              and not exists (select 1 from render r where r.claimed_by = w.id)
              and not exists (select 1 from delivery_due d where d.claimed_by = w.id)
            """;

    private LostWorkers() {}

    /// @return whether there are lost workers, of now or of before, and the taker may take from them
    static boolean declare(Connection connection, UUID taker, Duration lease) throws SQLException {
        if (!anyToJudge(connection, taker, lease.toMillis())) {
            return false;
        }
        try (var statement = connection.prepareStatement(DECLARE)) {
            statement.setLong(1, lease.toMillis());
            statement.executeUpdate();
        }
        return true;
    }

    private static boolean anyToJudge(Connection connection, UUID taker, long lease) throws SQLException {
        try (var statement = connection.prepareStatement(ANY_TO_JUDGE)) {
            statement.setObject(1, taker);
            statement.setLong(2, lease);
            statement.setLong(3, lease);
            statement.setLong(4, lease);
            try (var rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }

    /// Forgets those whom nothing names any more: at once where they have left in order, else after a while, so that
    /// an operator can still see them.
    static void forget(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement(FORGET)) {
            statement.executeUpdate();
        }
    }
}
