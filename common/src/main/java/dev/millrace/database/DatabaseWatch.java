package dev.millrace.database;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/// Waits for PostgreSQL, migrates it, and then looks every second whether it is there. Several services that start
/// together migrate once: Flyway holds a lock. Until then a service runs, not ready, and says so.
public final class DatabaseWatch implements SmartLifecycle {

    private static final Duration EVERY = Duration.ofSeconds(1);
    /// A connection that is silent for so long is as good as none.
    private static final int MOST_SECONDS = 5;

    private static final Duration SAY_AGAIN = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(DatabaseWatch.class);

    /// What must hold between the database and the rest before the service works; checked once, after the migration.
    public interface Check {
        /// @return the sentence with which the service ends; empty if all is well
        Optional<String> objection();
    }

    private final DataSource source;
    private final Database database;
    private final List<Check> checks;
    private volatile boolean migrated;
    private volatile boolean available;
    private Thread thread = new Thread();

    public DatabaseWatch(DataSource source, Database database, List<Check> checks) {
        this.source = source;
        this.database = database;
        this.checks = List.copyOf(checks);
    }

    /// Whether the schema is there; stays true once it is.
    public boolean migrated() {
        return migrated;
    }

    /// Whether the database answered at the last look.
    public boolean available() {
        return available;
    }

    private void watch() {
        try {
            migrate();
            while (!Thread.currentThread().isInterrupted()) {
                look();
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void migrate() throws InterruptedException {
        long sayAt = System.nanoTime();
        while (!migrated) {
            try {
                // Asked first, quickly: Flyway itself would retry and complain at length.
                database.client().sql("select 1").query(Integer.class).single();
                Flyway.configure().dataSource(source).loggers("slf4j").load().migrate();
                checks.stream().flatMap(check -> check.objection().stream()).forEach(DatabaseWatch::end);
                migrated = true;
                available = true;
                log.info("PostgreSQL is there, with the schema of this version");
            } catch (DataAccessException | FlywayException failure) {
                if (System.nanoTime() - sayAt >= 0) {
                    log.warn("Waiting for PostgreSQL: {}", rootMessage(failure));
                    sayAt = System.nanoTime() + SAY_AGAIN.toNanos();
                }
                Thread.sleep(Duration.ofMillis(200));
            }
        }
    }

    private static void end(String sentence) {
        System.err.println(sentence);
        System.exit(1);
    }

    private void look() {
        try {
            if (!database.run(connection -> connection.isValid(MOST_SECONDS))) {
                throw new DataAccessResourceFailureException("It has not answered for " + MOST_SECONDS + " s");
            }
            if (!available) {
                log.info("PostgreSQL is back");
            }
            available = true;
        } catch (DataAccessException failure) {
            if (available) {
                log.warn("PostgreSQL is away: {}", rootMessage(failure));
            }
            available = false;
        }
    }

    private static String rootMessage(Throwable failure) {
        var root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().daemon().name("database-watch").start(this::watch);
    }

    @Override
    public void stop() {
        thread.interrupt();
    }

    @Override
    public boolean isRunning() {
        return thread.isAlive();
    }

    /// The last to stop. Spring stops what asks a bean before the bean itself, whatever their phases: in the first
    /// phase to stop it would take all of them along, in no order.
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }
}
