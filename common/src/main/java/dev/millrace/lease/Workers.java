package dev.millrace.lease;

import dev.millrace.database.Database;
import java.time.Duration;
import java.util.UUID;

/// The heartbeat rows. Only the database's clock says how old a heartbeat is, and only who was declared lost has lost
/// its lease: a worker that was silent as long as everybody was, since the database was away, goes on as it is.
public final class Workers {

    private static final String REGISTER = "insert into worker (id, name) values (:id, :name)";

    // A heartbeat later than half a lease is a break, after which the worker may judge nobody for a whole lease: what
    // kept it from the database may have kept others from it too.
    private static final String RENEW = """
            update worker
            set heartbeat_at = now(),
                steady_since = case when heartbeat_at > now() - ? * interval '1 ms' then steady_since else now() end
            where id = ? and lost_at is null
            """;

    // The row stays until nothing names the worker any more: what it still has is found by it.
    private static final String LEAVE = """
            update worker set heartbeat_at = '-infinity', lost_at = coalesce(lost_at, now()) where id = :id
            """;

    private final Database database;
    private final int half;

    public Workers(Database database, Duration lease) {
        this.database = database;
        this.half = Math.toIntExact(lease.dividedBy(2).toMillis());
    }

    public void register(UUID worker, String name) {
        database.client().sql(REGISTER).param("id", worker).param("name", name).update();
    }

    /// Waits for the answer no longer than a heartbeat may be late: on a connection that is dead and does not say so,
    /// the next try would otherwise come when others have already been heard for a whole lease.
    ///
    /// @return false if the worker was declared lost; then its jobs are no longer its own
    public boolean renew(UUID worker) {
        return database.run(connection -> {
            // The pool puts this back.
            connection.setNetworkTimeout(Runnable::run, half);
            try (var statement = connection.prepareStatement(RENEW)) {
                statement.setInt(1, half);
                statement.setObject(2, worker);
                return statement.executeUpdate() == 1;
            }
        });
    }

    /// Ends the lease at once: what the worker still held is taken back without waiting.
    public void leave(UUID worker) {
        database.client().sql(LEAVE).param("id", worker).update();
    }
}
