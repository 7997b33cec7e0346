package dev.millrace.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A migrated database of its own for a test class, on one real PostgreSQL for the whole run. The migrations run once;
/// each database is a copy of what they made. One that is registered as an extension is closed after its class.
public final class TestDatabase implements AutoCloseable, AfterAllCallback {

    private static final AtomicInteger number = new AtomicInteger();

    private final HikariDataSource source;
    private final Database database;

    private static final class Server {
        static final String MIGRATED = "migrated";
        static final EmbeddedPostgres postgres = start();

        private static EmbeddedPostgres start() {
            try {
                var server = EmbeddedPostgres.builder()
                        .setLocaleConfig("locale-provider", "builtin")
                        .setLocaleConfig("builtin-locale", "C.UTF-8")
                        .setLocaleConfig("locale", "C")
                        .setPGStartupWait(Duration.ofSeconds(60))
                        .start();
                make(server, MIGRATED, "template1");
                Flyway.configure()
                        .dataSource(server.getDatabase("postgres", MIGRATED))
                        .load()
                        .migrate();
                return server;
            } catch (IOException broken) {
                throw new UncheckedIOException("PostgreSQL did not start", broken);
            }
        }

        static void make(EmbeddedPostgres server, String name, String template) {
            new Database(server.getPostgresDatabase())
                    .client()
                    .sql("create database " + name + " template " + template)
                    .update();
        }
    }

    private TestDatabase(HikariDataSource source) {
        this.source = source;
        this.database = new Database(source);
    }

    public static TestDatabase create() {
        var name = "test_" + number.incrementAndGet();
        Server.make(Server.postgres, name, Server.MIGRATED);
        var config = new HikariConfig();
        config.setJdbcUrl(Server.postgres.getJdbcUrl("postgres", name));
        config.setMaximumPoolSize(16);
        var source = new HikariDataSource(config);
        return new TestDatabase(source);
    }

    public Database database() {
        return database;
    }

    /// For tests that put something between the platform and its database.
    public DataSource source() {
        return source;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    @Override
    public void close() {
        source.close();
    }
}
