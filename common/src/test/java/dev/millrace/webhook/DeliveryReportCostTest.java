package dev.millrace.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.OneConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What it costs to report an outcome with the plan that its connection has kept.
@DisplayNameGeneration(ReplaceUnderscores.class)
class DeliveryReportCostTest {

    private static final int MANY = 200;

    private static final int REPORTS = 10;

    private final OneConnection one = new OneConnection();
    private final DeliveryStore store = new DeliveryStore(one.database());

    @BeforeEach
    void report_until_it_is_planned() {
        one.database().client().sql("vacuum delivery_due").update();
        reports(OneConnection.UNTIL_PLANNED, 1, "succeeded");
    }

    @AfterEach
    void end() {
        one.close();
    }

    @Test
    void its_plan_is_made_once_for_all_outcomes_of_a_connection() {
        assertThat(one.plannedOnce("insert into delivery_attempt")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"succeeded", "retryable"})
    void a_plan_that_was_made_while_nothing_was_due_serves_many_deliveries_as_well(String outcome) {
        one.database().client().sql("""
                        insert into delivery_due (delivery_id, project_id, endpoint, due_at)
                        select gen_random_uuid(), gen_random_uuid(), 1, now() from generate_series(1, 20000)
                        """).update();

        var kept = reports(REPORTS, MANY, outcome);
        one.database().client().sql("analyze delivery_due").update();
        reports(OneConnection.UNTIL_PLANNED, MANY, outcome);
        var anew = reports(REPORTS, MANY, outcome);

        assertThat(kept).isLessThan(anew.multipliedBy(3));
    }

    @Test
    void what_it_asks_of_the_planner_ends_with_it() {
        assertThat(one.plannerSettings()).isEqualTo("auto on");
    }

    private Duration reports(int many, int ofDeliveries, String outcome) {
        return OneConnection.quickest(
                many,
                () -> due(ofDeliveries).stream().map(id -> report(id, outcome)).toList(),
                store::report);
    }

    /// Of those that are due the next; others where there are not so many.
    private List<UUID> due(int many) {
        var ids = new ArrayList<>(one.database()
                .client()
                .sql("select delivery_id from delivery_due where attempts = 0 limit :many")
                .param("many", many)
                .query(UUID.class)
                .list());
        while (ids.size() < many) {
            ids.add(UUID.randomUUID());
        }
        return ids;
    }

    private static DeliveryReport report(UUID delivery, String outcome) {
        return new DeliveryReport(
                delivery, 1, 0, Instant.now(), Duration.ofMillis(1), outcome, 200, new byte[0], Optional.empty());
    }
}
