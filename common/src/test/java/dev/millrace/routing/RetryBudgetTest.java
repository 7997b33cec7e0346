package dev.millrace.routing;

import static dev.millrace.routing.Routing.K1;
import static dev.millrace.routing.Routing.deployment;
import static dev.millrace.routing.Routing.provider;
import static dev.millrace.routing.Routing.route;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RetryBudgetTest {

    private final Routing routing = new Routing();
    private final RetryBudget budget = new RetryBudget(routing.clock, routing.router);
    private final Deployment a = deployment(provider("a", K1), "m");
    private final Deployment b = deployment(provider("b", K1), "m");

    private void calls(int calls) {
        for (int i = 0; i < calls; i++) {
            routing.succeed(route(a));
        }
    }

    private int retries(Deployment at) {
        int retries = 0;
        while (retries < 1_000 && budget.mayRetry(at)) {
            retries++;
        }
        return retries;
    }

    @Test
    void ten_retries_in_ten_seconds_are_always_allowed() {
        assertThat(retries(a)).isEqualTo(10);
    }

    @Test
    void of_many_calls_a_tenth_may_be_retries() {
        calls(500);
        assertThat(retries(a)).isEqualTo(50);
        assertThat(budget.mayRetry(a)).isFalse();
        calls(10);
        assertThat(retries(a)).isEqualTo(1);
    }

    @Test
    void each_deployment_has_a_budget_of_its_own() {
        calls(500);
        assertThat(retries(a)).isEqualTo(50);
        assertThat(retries(b)).isEqualTo(10);
    }

    @Test
    void the_deployment_that_failed_pays_first_and_then_the_one_that_takes_the_retry() {
        calls(500);
        int retries = 0;
        while (retries < 1_000 && budget.mayRetry(a, b)) {
            retries++;
        }
        assertThat(retries).isEqualTo(60);
        assertThat(retries(a) + retries(b)).isZero();
    }

    @Test
    void a_retry_at_the_same_deployment_is_paid_for_once() {
        int retries = 0;
        while (retries < 1_000 && budget.mayRetry(a, a)) {
            retries++;
        }
        assertThat(retries).isEqualTo(10);
    }

    @Test
    void calls_and_retries_are_forgotten_after_ten_seconds() {
        calls(500);
        assertThat(retries(a)).isEqualTo(50);
        routing.clock.advance(Duration.ofSeconds(5));
        assertThat(retries(a)).isZero();
        routing.clock.advance(Duration.ofSeconds(5));
        assertThat(retries(a)).isEqualTo(10);
    }

    @Test
    void a_choice_that_nothing_came_of_is_no_call() {
        for (int i = 0; i < 500; i++) {
            routing.router.declined(routing.use(route(a)));
        }
        assertThat(retries(a)).isEqualTo(10);
        calls(500);
        var late = routing.use(route(a));
        routing.clock.advance(Duration.ofSeconds(30));
        routing.router.declined(late);
        calls(500);
        assertThat(retries(a)).as("an old one takes nothing from the new").isEqualTo(50);
    }
}
