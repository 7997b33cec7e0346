package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.PastFailure;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.routing.ModelKind;
import dev.millrace.routing.ModelRoute;
import dev.millrace.routing.RetryBudget;
import dev.millrace.routing.Router.Choice;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// A job that comes back from the queue: where it may go, and when it ends.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ComingBackTest {

    private static final PastFailure BROKEN_AT_A = new PastFailure("provider_error", "a/a-model");
    private static final PastFailure TOO_LONG_AT_A = new PastFailure("context_too_long", "a/a-model");

    private final Played played = new Played();
    private final RetryBudget budget = new RetryBudget(Clock.systemUTC(), played.router);

    private void spendBudget(String deployment) {
        for (int i = 0; i < 1_000 && budget.mayRetry(Played.deployment(deployment)); i++) {
            // The answer counts.
        }
        assertThat(budget.mayRetry(Played.deployment(deployment))).isFalse();
    }

    private static ProviderOutcome tooLong() {
        return new ProviderOutcome.Terminal(
                Played.failure(Failure.Scope.REQUEST, "context_too_long", "context_length_exceeded", 400));
    }

    private static ProviderOutcome limited() {
        return new ProviderOutcome.RateLimited(
                Played.failure(Failure.Scope.KEY, "rate_limited", "rate_limit_exceeded", 429),
                Optional.of(Duration.ofSeconds(7)));
    }

    private static ProviderOutcome overloaded(Duration wait) {
        return new ProviderOutcome.Retryable(Played.BROKEN, Optional.of(wait));
    }

    private static ProviderOutcome noSuchModel() {
        return new ProviderOutcome.Retryable(
                Played.failure(Failure.Scope.MODEL, "model_unavailable", "NOT_FOUND", 404));
    }

    @Test
    void it_draws_on_the_retry_budget_of_a_deployment_that_has_failed_it() {
        played.answering("a", Played::answered).failedBefore(1, BROKEN_AT_A);

        played.run("a");

        int left = 0;
        while (budget.mayRetry(Played.deployment("a"))) {
            left++;
        }
        assertThat(played.work.awaitEnd(played.job)).isEqualTo("succeeded");
        assertThat(left).isEqualTo(9);
    }

    @Test
    void where_that_is_spent_it_goes_back_to_the_queue_without_an_attempt() {
        played.answering("a", Played::answered).failedBefore(1, BROKEN_AT_A);
        spendBudget("a");

        played.run("a");

        assertThat(played.putBack("no_capacity")).isBetween(99.0, 201.0);
        assertThat(played.asked).isEmpty();
        assertThat(played.work.attempts(played.job)).isEmpty();
        assertThat(played.places()).isZero();
    }

    @Test
    void a_deployment_that_has_not_failed_it_takes_it_at_once() {
        played.answering("a", Played::broken).answering("b", Played::answered).failedBefore(1, BROKEN_AT_A);
        spendBudget("a");
        spendBudget("b");

        played.run("a", "b");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("succeeded");
        assertThat(played.asked).containsExactly("b 2");
    }

    @Test
    void a_failure_is_paid_for_by_the_deployment_where_it_was_though_another_has_had_all_its_retries() {
        played.answering("a", Played::broken).answering("b", Played::answered);
        spendBudget("b");

        played.run("a", "b");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("succeeded");
        assertThat(played.asked).containsExactly("a 1", "b 2");
    }

    @Test
    void where_neither_has_a_retry_left_it_waits_in_the_queue() {
        played.answering("a", Played::broken).answering("b", Played::answered);
        spendBudget("a");
        spendBudget("b");

        played.run("a", "b");

        assertThat(played.putBack("retry")).isPositive();
        assertThat(played.asked).containsExactly("a 1");
    }

    @Test
    void one_that_was_only_taken_back_is_no_retry() {
        played.answering("a", Played::answered).failedBefore(1);
        spendBudget("a");

        played.run("a");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("succeeded");
    }

    @Test
    void one_that_no_retry_is_left_for_does_not_end_for_what_another_can_not_take() {
        played.answering("a", Played::answered).answering("b", Played::unfit).failedBefore(1, BROKEN_AT_A);
        spendBudget("a");

        played.run("a", "b");

        assertThat(played.putBack("no_capacity")).isPositive();
    }

    @Test
    void what_was_too_long_for_one_goes_to_the_larger_ones_only() {
        played.answering("b", Played::answered).failedBefore(2, TOO_LONG_AT_A);

        played.run("a:1000", "b:2000");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("succeeded");
        assertThat(played.asked).containsExactly("b 3");
    }

    @Test
    void what_was_too_long_for_one_asks_that_one_again_once_there_is_no_larger_one_any_more() {
        played.answering("a", ComingBackTest::tooLong).failedBefore(1, TOO_LONG_AT_A);

        played.run("a:1000");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("failed");
        assertThat(played.work.errorCode(played.job)).isEqualTo("context_length_exceeded");
    }

    @Test
    void a_larger_deployment_that_is_out_of_retries_is_waited_for() {
        played.answering("a", ComingBackTest::tooLong);
        spendBudget("a");
        spendBudget("b");

        played.run("a:1000", "b:2000");

        assertThat(played.putBack("retry")).isPositive();
        assertThat(played.asked).containsExactly("a 1");
    }

    @Test
    void a_larger_deployment_that_rests_is_waited_for() {
        var larger = new ModelRoute("larger", ModelKind.CHAT, List.of(List.of(Played.deployment("b:2000"))));
        var use = (Choice.Use) played.router.choose(larger, Set.of());
        played.router.rateLimited(
                use,
                Played.failure(Failure.Scope.KEY, "rate_limited", "rate_limit_exceeded", 429),
                Optional.of(Duration.ofSeconds(7)));
        played.answering("a", ComingBackTest::tooLong);

        played.run("a:1000", "b:2000");

        assertThat(played.putBack("retry")).isBetween(6_000.0, 7_000.0);
        assertThat(played.work.attempts(played.job)).containsExactly("1 failed context_too_long");
    }

    @Test
    void a_larger_deployment_that_fails_last_is_what_the_job_fails_of() {
        played.answering("a", ComingBackTest::tooLong)
                .answering("b", Played::broken)
                .failedBefore(1);

        played.run("a:1000", "b:2000");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("failed");
        assertThat(played.work.errorCode(played.job)).isEqualTo("mill_broken");
    }

    @Test
    void a_deployment_that_rests_for_long_does_not_keep_a_job_from_one_that_failed_and_does_not_rest() {
        played.answering("a", ComingBackTest::limited).answering("b", Played::broken);

        played.run("a", "b");

        assertThat(played.putBack("retry")).isBetween(24.0, 51.0);
    }

    @Test
    void a_failure_that_asks_for_a_wait_gets_it() {
        played.answering("a", () -> overloaded(Duration.ofSeconds(7)));

        played.run("a");

        assertThat(played.putBack("retry")).isBetween(6_000.0, 7_000.0);
    }

    @Test
    void of_several_waits_that_were_asked_for_the_shortest_counts() {
        played.answering("a", () -> overloaded(Duration.ofSeconds(20)))
                .answering("b", () -> overloaded(Duration.ofSeconds(7)));

        played.run("a", "b");

        assertThat(played.putBack("retry")).isBetween(6_000.0, 7_000.0);
    }

    @Test
    void a_wait_is_obeyed_by_the_job_that_was_asked_for_it_also_while_others_succeed_there() {
        played.answering("a", () -> {
            var route = new ModelRoute("m", ModelKind.CHAT, List.of(List.of(Played.deployment("a"))));
            var other = (Choice.Use) played.router.choose(route, Set.of());
            played.router.succeeded(other, 0, Duration.ofMillis(1));
            return overloaded(Duration.ofSeconds(7));
        });

        played.run("a");

        assertThat(played.putBack("retry")).isBetween(6_000.0, 7_000.0);
    }

    @Test
    void a_job_without_an_attempt_sleeps_until_the_first_deployment_is_back_however_long_that_is() {
        var route = new ModelRoute("m", ModelKind.CHAT, List.of(List.of(Played.deployment("a"))));
        var use = (Choice.Use) played.router.choose(route, Set.of());
        played.router.rateLimited(
                use,
                Played.failure(Failure.Scope.KEY, "rate_limited", "rate_limit_exceeded", 429),
                Optional.of(Duration.ofMinutes(20)));

        played.run("a");

        assertThat(played.putBack("no_capacity"))
                .as("and a little longer, at random")
                .isBetween(1_190_000.0, 1_200_201.0);
    }

    @Test
    void a_model_that_no_deployment_has_fails_the_job_at_once_in_our_own_word() {
        played.answering("a", ComingBackTest::noSuchModel).answering("b", ComingBackTest::noSuchModel);

        played.run("a", "b");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("failed");
        assertThat(played.work.errorCode(played.job)).isEqualTo("model_not_found");
        assertThat(played.work.attempts(played.job))
                .containsExactly("1 failed model_unavailable", "2 failed model_unavailable");
    }

    @Test
    void a_model_that_another_deployment_may_have_later_is_waited_for() {
        played.answering("a", ComingBackTest::noSuchModel).answering("b", ComingBackTest::limited);

        played.run("a", "b");

        assertThat(played.putBack("retry")).isBetween(6_000.0, 7_000.0);
        assertThat(played.asked).containsExactly("a 1", "b 2");
    }

    @Test
    void what_another_failed_of_is_what_the_job_fails_of_and_not_that_one_lacks_the_model() {
        played.answering("a", Played::broken)
                .answering("b", ComingBackTest::noSuchModel)
                .failedBefore(1);

        played.run("a", "b");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("failed");
        assertThat(played.work.errorCode(played.job)).isEqualTo("mill_broken");
    }
}
