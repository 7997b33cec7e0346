package dev.millrace.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.OneConnection;
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

/// What it costs to report an outcome with the plan that its connection has kept.
@DisplayNameGeneration(ReplaceUnderscores.class)
class DeliveryReportCostTest {

    private final OneConnection one = new OneConnection();

    @BeforeEach
    void report_until_it_is_planned() {
        var store = new DeliveryStore(one.database());
        for (int i = 0; i < OneConnection.UNTIL_PLANNED; i++) {
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
        one.close();
    }

    @Test
    void its_plan_is_made_once_for_all_outcomes_of_a_connection() {
        assertThat(one.plannedOnce("insert into delivery_attempt")).isTrue();
    }

    @Test
    void what_it_asks_of_the_planner_ends_with_it() {
        assertThat(one.database()
                        .client()
                        .sql("select current_setting('plan_cache_mode') || ' ' || current_setting('enable_seqscan')")
                        .query(String.class)
                        .single())
                .isEqualTo("auto on");
    }
}
