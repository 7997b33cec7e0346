package dev.millrace.database;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TestDatabaseTest {

    @Test
    void the_migrations_run_on_an_empty_postgresql_18() {
        try (var test = TestDatabase.create()) {
            assertThat(test.database()
                            .client()
                            .sql("select current_setting('server_version_num')::int / 10000")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(18);
            assertThat(test.database()
                            .client()
                            .sql("select count(*) from flyway_schema_history where success")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(11);
        }
    }
}
