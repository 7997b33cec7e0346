package dev.millrace.lease;

import dev.millrace.database.Database;
import java.time.Duration;
import java.util.UUID;

/// The heartbeat rows. Only the database's clock says how old a heartbeat is.
public final class Workers {

    private static final String REGISTER = "insert into worker (id, name) values (:id, :name)";

    private static final String RENEW = """
            update worker set heartbeat_at = now()
            where id = :id and heartbeat_at > now() - :lease * interval '1 ms'
            """;

    // The row stays until nothing names the worker any more: what it still has is found by it.
    private static final String LEAVE = "update worker set heartbeat_at = '-infinity' where id = :id";

    private final Database database;
    private final Duration lease;

    public Workers(Database database, Duration lease) {
        this.database = database;
        this.lease = lease;
    }

    public void register(UUID worker, String name) {
        database.client().sql(REGISTER).param("id", worker).param("name", name).update();
    }

    /// @return false if the lease had ended before; then its jobs are no longer the worker's
    public boolean renew(UUID worker) {
        return database.client()
                        .sql(RENEW)
                        .param("id", worker)
                        .param("lease", lease.toMillis())
                        .update()
                == 1;
    }

    /// Ends the lease at once: what the worker still held is taken back without waiting.
    public void leave(UUID worker) {
        database.client().sql(LEAVE).param("id", worker).update();
    }
}
