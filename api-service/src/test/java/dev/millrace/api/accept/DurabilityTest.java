package dev.millrace.api.accept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.TestPostgres;
import java.nio.file.Path;
import java.sql.DriverManager;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Accepted means durable, on any PostgreSQL.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DurabilityTest {

    @TempDir
    private Path assets = Path.of("");

    @Test
    void a_commit_waits_for_the_disk_also_where_the_database_would_have_it_otherwise() throws Exception {
        var url = TestPostgres.freshDatabase();
        try (var connection = DriverManager.getConnection(url, "postgres", "postgres");
                var statement = connection.createStatement()) {
            statement.execute("alter database " + connection.getCatalog() + " set synchronous_commit = off");
        }

        try (var api = RunningApi.startOn(url, assets)) {
            assertThat(api.database()
                            .client()
                            .sql("show synchronous_commit")
                            .query(String.class)
                            .single())
                    .isEqualTo("on");
        }
    }
}
