package dev.millrace.api.problem;

import dev.millrace.database.DatabaseWatch;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/// Asks the database on a caller's behalf, and for no longer than a caller may wait: a database that holds the
/// connection and says nothing is as good as away.
@Component
public final class DatabaseCalls {

    /// A caller is answered within two seconds, of which the look at its key may have had a quarter of one.
    public static final Duration PATIENCE = Duration.ofMillis(1_500);

    private final DatabaseWatch watch;

    DatabaseCalls(DatabaseWatch watch) {
        this.watch = watch;
    }

    /// @throws Problem 503 if the database is away, not migrated yet, or silent
    public <T> T ask(Supplier<T> question) {
        return ask(question, PATIENCE);
    }

    /// As [#ask(Supplier)], for a caller who has less time. The question goes on when nobody waits for it any more.
    public <T> T ask(Supplier<T> question, Duration patience) {
        requireSchema();
        var answer = new FutureTask<>(question::get);
        Thread.ofVirtual().name("database-call").start(answer);
        try {
            return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException silent) {
            throw Problem.databaseAway();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw Problem.databaseAway();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException failure
                    ? failure
                    : new IllegalStateException(failed.getCause());
        }
    }

    /// Whether the database answered when it was last looked at, a second or two ago.
    public boolean available() {
        return watch.available();
    }

    /// @throws Problem 503 if the schema is not there yet
    public void requireSchema() {
        if (!watch.migrated()) {
            throw Problem.databaseAway();
        }
    }
}
