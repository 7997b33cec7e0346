package dev.millrace.dispatch;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.database.Database;
import dev.millrace.database.TestDatabase;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// The clock of a database and the monotonic one of its services. Both stand, and a test sets them forward.
final class SteppedTime implements AutoCloseable {

    private final AtomicLong nanos = new AtomicLong();
    private final HikariDataSource source;
    private final Database database;

    SteppedTime(TestDatabase test) {
        test.database().client().sql("""
                        create schema stepped;
                        -- Later than all that a test does by the true clock is due.
                        create table stepped.clock as select now() + interval '1 hour' as at;
                        create function stepped.now() returns timestamptz language sql stable
                            as 'select at from stepped.clock';
                        create function stepped.clock_timestamp() returns timestamptz language sql volatile
                            as 'select at from stepped.clock';
                        """).update();
        var config = new HikariConfig();
        config.setJdbcUrl(((HikariDataSource) test.source()).getJdbcUrl());
        config.setMaximumPoolSize(24);
        config.setMinimumIdle(1);
        // Found before the functions that are PostgreSQL's own.
        config.setConnectionInitSql("set search_path = stepped, public, pg_catalog");
        source = new HikariDataSource(config);
        database = new Database(source);
    }

    /// The database, by the clock that is set here.
    Database database() {
        return database;
    }

    long nanos() {
        return nanos.get();
    }

    void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
        database.client()
                .sql("update stepped.clock set at = at + :by * interval '1 ms'")
                .param("by", by.toMillis())
                .update();
    }

    @Override
    public void close() {
        source.close();
    }
}
