package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.database.TestDatabase;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.dao.DataAccessException;

/// The calls of a project without a budget wait for nothing and are refused nothing, and what they may cost is drawn
/// behind them, so that a crash leaves none of them out of the books.
@DisplayNameGeneration(ReplaceUnderscores.class)
class UnlimitedCallsTest {

    @RegisterExtension
    private static final TestDatabase test = TestDatabase.create();

    private final Books books = new Books(test);
    private final TestAccounts calls = new TestAccounts(test, books.project);
    private final AtomicInteger told = new AtomicInteger();

    @BeforeEach
    void knows() {
        calls.accounts.learnBudgets();
        calls.accounts.whenUncovered(told::incrementAndGet);
    }

    @Test
    void a_call_starts_without_asking_the_database() {
        int before = calls.connections.get();

        calls.startUnlimited("c1", 5);
        calls.end("c1", 5);

        assertThat(calls.connections.get()).isEqualTo(before);
    }

    @Test
    void somebody_is_told_once_that_there_is_more_to_draw() {
        calls.startUnlimited("c1", 5);
        calls.startUnlimited("c2", 5);
        assertThat(told).hasValue(1);
        calls.accounts.round();

        calls.startUnlimited("c3", 9);
        assertThat(told).as("as much again is drawn").hasValue(1);
        calls.startUnlimited("c4", 9);
        assertThat(told).hasValue(2);
    }

    @Test
    void twice_what_is_under_way_is_drawn_and_less_as_it_is_spent() {
        calls.startUnlimited("c1", 5);
        calls.accounts.round();
        assertThat(calls.drawn()).isEqualByComparingTo("10");

        calls.end("c1", 4);
        calls.accounts.round();

        assertThat(calls.today(UsageSums.By.DAY).cost()).isEqualByComparingTo("4");
        assertThat(calls.drawn()).isEqualByComparingTo("6");
    }

    @Test
    void steady_calls_find_it_drawn() {
        calls.startUnlimited("c0", 5);
        for (int i = 1; i <= 20; i++) {
            calls.startUnlimited("c" + i, 5);
            calls.end("c" + (i - 1), 1);
            calls.accounts.round();
        }

        assertThat(told).hasValueLessThan(5);
        assertThat(calls.drawn()).isBetween(TestAccounts.dollars(5), TestAccounts.dollars(20));
    }

    @Test
    void what_nobody_could_estimate_is_drawn_when_it_has_ended() {
        calls.end("c1", 5);

        assertThat(told).hasValue(1);
        calls.accounts.round();
        assertThat(calls.today(UsageSums.By.DAY).cost()).isEqualByComparingTo("5");
        assertThat(calls.drawn()).as("as much again").isEqualByComparingTo("5");
    }

    @Test
    void nothing_is_drawn_for_what_has_no_price() {
        calls.accounts.ended(calls.attempt("c1", 1, "succeeded", Optional.empty(), "unpriced"));
        calls.accounts.round();

        assertThat(told).hasValue(0);
        assertThat(calls.drawn()).isEqualByComparingTo("0");
    }

    @Test
    void what_could_not_be_drawn_is_drawn_when_the_database_is_back() {
        test.database().client().sql("alter table call_block rename to away").update();
        try {
            calls.startUnlimited("c1", 5);
            assertThatThrownBy(calls.accounts::round).isInstanceOf(DataAccessException.class);
        } finally {
            test.database()
                    .client()
                    .sql("alter table away rename to call_block")
                    .update();
        }

        calls.accounts.round();

        assertThat(calls.drawn()).isEqualByComparingTo("10");
    }

    @Test
    void a_project_that_calls_no_more_gets_its_block_back() {
        calls.startUnlimited("c1", 5);
        calls.accounts.round();
        calls.end("c1", 5);
        calls.accounts.round();
        calls.clock.advance(Duration.ofSeconds(61));

        calls.accounts.round();

        assertThat(calls.drawn()).isEqualByComparingTo("0");
    }

    @Test
    void of_a_project_that_gets_a_budget_what_was_drawn_counts_in_it_and_nothing_is_drawn_past_it() {
        calls.startUnlimited("c1", 5);
        calls.accounts.round();
        calls.startUnlimited("c2", 50);
        books.budget("100");

        calls.accounts.round();

        assertThat(books.standing().drawn()).isEqualByComparingTo("10");
        assertThat(calls.accounts.hasBudget(books.project)).isTrue();
        assertThat(calls.mayStart("c3", 60)).as("55 are held").isFalse();
        assertThat(calls.mayStart("c4", 30)).isTrue();
    }

    @Test
    void of_a_project_that_loses_its_budget_calls_go_on() {
        books.budget("100");
        calls.mayStart("c1", 5);
        books.budgets.remove(books.project);
        calls.clock.advance(Duration.ofSeconds(1));
        calls.accounts.round();

        calls.startUnlimited("c2", 500);
        calls.accounts.round();

        assertThat(calls.drawn()).isGreaterThanOrEqualTo(TestAccounts.dollars(505));
    }
}
