package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Whether a call may start is answered from memory, and yet no budget is overspent.
@DisplayNameGeneration(ReplaceUnderscores.class)
class CallBlocksTest {

    @RegisterExtension
    private static final TestDatabase test = TestDatabase.create();

    private final Books books = new Books(test);
    private final TestAccounts calls = new TestAccounts(test, books.project);

    @Test
    void a_project_without_a_budget_is_known_as_such_without_asking_again() {
        assertThat(calls.accounts.hasBudget(books.project)).isFalse();
        int before = calls.connections.get();

        assertThat(calls.accounts.hasBudget(books.project)).isFalse();

        assertThat(calls.connections.get()).isEqualTo(before);
    }

    @Test
    void a_budget_that_is_set_is_heeded_at_the_next_look() {
        assertThat(calls.accounts.hasBudget(books.project)).isFalse();
        books.budget("10");
        calls.clock.advance(Duration.ofSeconds(1));
        calls.accounts.round();
        assertThat(calls.accounts.hasBudget(books.project)).isTrue();
    }

    @Test
    void a_block_counts_as_spent_from_when_it_is_drawn() {
        books.budget("1000");

        assertThat(calls.mayStart("c1", 1)).isTrue();

        assertThat(books.standing().drawn()).isEqualByComparingTo("10");
        assertThat(books.standing().left()).isEqualByComparingTo("990");
    }

    @Test
    void a_call_whose_block_is_drawn_waits_for_no_commit_and_no_shared_store() {
        books.budget("1000");
        calls.mayStart("c1", 1);
        int before = calls.connections.get();

        for (int i = 2; i <= 10; i++) {
            assertThat(calls.mayStart("c" + i, 1)).isTrue();
            calls.end("c" + i, 1);
        }

        assertThat(calls.connections.get()).isEqualTo(before);
        assertThat(calls.accounts.unwritten()).isEqualTo(9);
    }

    @Test
    void of_a_project_whose_calls_are_expected_even_the_first_waits_for_nothing() {
        books.budget("1000");
        calls.accounts.learnBudgets();
        calls.accounts.expect(books.project);
        int before = calls.connections.get();

        assertThat(calls.accounts.hasBudget(books.project)).isTrue();
        assertThat(calls.accounts.start(books.project, "c1", TestAccounts.dollars(10)))
                .isEqualTo(Accounts.Start.GRANTED);

        assertThat(calls.connections.get()).isEqualTo(before);
    }

    @Test
    void what_is_expected_without_a_budget_draws_nothing() {
        calls.accounts.learnBudgets();
        int before = calls.connections.get();

        calls.accounts.expect(books.project);

        assertThat(calls.connections.get()).isEqualTo(before);
    }

    @Test
    void a_call_that_finds_enough_does_not_wait_for_the_draw_of_one_that_does_not() throws Exception {
        books.budget("1000");
        assertThat(calls.mayStart("c1", 1)).isTrue();
        var drawing = new AtomicReference<Future<?>>();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            // Whoever draws waits for the budget's row.
            test.database().inTransaction(connection -> {
                Budgets.lock(connection, Set.of(books.project));
                int before = calls.connections.get();
                drawing.set(pool.submit(() -> calls.accounts.draw(books.project, TestAccounts.dollars(100))));
                Awaitility.await().until(() -> calls.connections.get() > before);

                assertThat(calls.accounts.start(books.project, "c2", TestAccounts.dollars(1)))
                        .isEqualTo(Accounts.Start.GRANTED);
                calls.end("c2", 1);
                assertThat(Objects.requireNonNull(drawing.get()).isDone()).isFalse();
                return 0;
            });
            Objects.requireNonNull(drawing.get()).get(10, TimeUnit.SECONDS);
        }
        assertThat(calls.accounts.start(books.project, "c3", TestAccounts.dollars(99)))
                .isEqualTo(Accounts.Start.GRANTED);
    }

    @Test
    void a_block_that_runs_low_is_filled_up_ahead() {
        books.budget("1000");
        for (int i = 0; i < 6; i++) {
            calls.mayStart("c" + i, 1);
        }
        calls.clock.advance(Duration.ofSeconds(1));
        calls.accounts.round();
        int before = calls.connections.get();

        for (int i = 6; i < 14; i++) {
            assertThat(calls.mayStart("c" + i, 1)).isTrue();
        }

        assertThat(calls.connections.get()).isEqualTo(before);
    }

    @Test
    void a_call_that_costs_less_than_was_held_for_it_leaves_the_rest_to_the_next() {
        books.budget("10");
        assertThat(calls.mayStart("c1", 10)).isTrue();
        assertThat(calls.mayStart("c2", 8)).isFalse();

        calls.end("c1", 2);

        assertThat(calls.mayStart("c3", 8)).isTrue();
    }

    @Test
    void a_call_that_failed_leaves_all_that_was_held_for_it() {
        books.budget("10");
        assertThat(calls.mayStart("c1", 10)).isTrue();
        calls.accounts.ended(calls.attempt("c1", 1, "provider_error", Optional.empty()));
        calls.accounts.over(books.project, "c1");

        assertThat(calls.mayStart("c2", 10)).isTrue();
    }

    @Test
    void many_at_once_on_two_instances_can_not_overspend() throws Exception {
        books.budget("20");
        var other = calls.instance();
        var number = new AtomicInteger();
        Callable<Boolean> one = () -> {
            int mine = number.getAndIncrement();
            var where = mine % 2 == 0 ? calls.accounts : other;
            boolean started = calls.mayStart(where, "c" + mine, 1);
            if (started) {
                calls.end(where, "c" + mine, 1);
            }
            return started;
        };
        long started;
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            started = pool.invokeAll(Stream.generate(() -> one).limit(100).toList()).stream()
                    .filter(Future::resultNow)
                    .count();
        }
        calls.accounts.round();
        other.round();

        assertThat(started).isEqualTo(20);
        assertThat(books.standing().spent()).isEqualByComparingTo("20");
        assertThat(books.standing().left()).isEqualByComparingTo("0");
    }

    @Test
    void calls_and_jobs_share_one_budget() {
        books.budget("10");
        test.database()
                .client()
                .sql("insert into reservation (job_id, project_id, amount) values (gen_random_uuid(), :project, 8)")
                .param("project", books.project)
                .update();

        assertThat(calls.mayStart("c1", 3)).isFalse();
        assertThat(calls.mayStart("c2", 2)).isTrue();
        assertThat(books.left()).isEqualTo("0");
    }

    @Test
    void what_was_too_much_is_asked_again_after_a_second_and_what_is_less_at_once() {
        books.budget("10");
        assertThat(calls.mayStart("c1", 12)).isFalse();
        int before = calls.connections.get();
        assertThat(calls.mayStart("c2", 12)).isFalse();
        assertThat(calls.mayStart("c3", 13)).isFalse();
        assertThat(calls.connections.get()).isEqualTo(before);
        books.budget("13");

        assertThat(calls.mayStart("c4", 1)).as("less than was refused").isTrue();
        calls.clock.advance(Duration.ofSeconds(1));
        assertThat(calls.mayStart("c5", 12)).isTrue();
    }
}
