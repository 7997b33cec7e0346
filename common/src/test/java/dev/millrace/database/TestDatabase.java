package dev.millrace.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;

/// A migrated database of its own for a test class, on one real PostgreSQL for the whole run.
public final class TestDatabase implements AutoCloseable {

    private static final AtomicInteger number = new AtomicInteger();

    private final HikariDataSource source;
    private final Database database;

    private static final class Server {
        static final EmbeddedPostgres postgres = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setLocaleConfig("locale-provider", "builtin")
                        .setLocaleConfig("builtin-locale", "C.UTF-8")
                        .setLocaleConfig("locale", "C")
                        .setPGStartupWait(Duration.ofSeconds(60))
                        .start();
            } catch (IOException broken) {
                throw new UncheckedIOException("PostgreSQL did not start", broken);
            }
        }
    }

    private TestDatabase(HikariDataSource source) {
        this.source = source;
        this.database = new Database(source);
    }

    public static TestDatabase create() {
        var name = "test_" + number.incrementAndGet();
        new Database(Server.postgres.getPostgresDatabase())
                .client()
                .sql("create database " + name)
                .update();
        var config = new HikariConfig();
        config.setJdbcUrl(Server.postgres.getJdbcUrl("postgres", name));
        config.setMaximumPoolSize(16);
        var source = new HikariDataSource(config);
        Flyway.configure().dataSource(source).load().migrate();
        return new TestDatabase(source);
    }

    public Database database() {
        return database;
    }

    @Override
    public void close() {
        source.close();
    }
}
