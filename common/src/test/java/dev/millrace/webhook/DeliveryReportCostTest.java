package dev.millrace.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.Database;
import dev.millrace.database.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/// What it costs to report an outcome with the plan that its connection has kept.
@DisplayNameGeneration(ReplaceUnderscores.class)
class DeliveryReportCostTest {

    /// So often a driver runs a statement before it is prepared at the server for good, and the server decides on a
    /// plan.
    private static final int UNTIL_PREPARED = 20;

    private TestDatabase test;
    private SingleConnectionDataSource one;
    private Database database;
    private DeliveryStore store;

    @BeforeEach
    void begin() throws SQLException {
        test = TestDatabase.create();
        one = new SingleConnectionDataSource(test.source().getConnection(), true);
        database = new Database(one);
        store = new DeliveryStore(database);
        for (int i = 0; i < UNTIL_PREPARED; i++) {
            store.report(List.of(new DeliveryReport(
                    UUID.randomUUID(),
                    1,
                    Instant.now(),
                    Duration.ofMillis(1),
                    "succeeded",
                    200,
                    new byte[0],
                    Optional.empty())));
        }
    }

    @AfterEach
    void end() {
        one.destroy();
        test.close();
    }

    @Test
    void its_plan_is_made_once_for_all_outcomes_of_a_connection() {
        assertThat(database.client().sql("""
                        select generic_plans > 0 and custom_plans = 0 from pg_prepared_statements
                        where statement like '%insert into delivery_attempt%'
                        """).query(Boolean.class).list()).containsExactly(true);
    }

    @Test
    void what_it_asks_of_the_planner_ends_with_it() {
        assertThat(database.client()
                        .sql("select current_setting('plan_cache_mode') || ' ' || current_setting('enable_seqscan')")
                        .query(String.class)
                        .single())
                .isEqualTo("auto on");
    }
}
