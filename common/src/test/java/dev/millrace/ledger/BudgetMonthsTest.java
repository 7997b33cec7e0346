package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ending;
import dev.millrace.job.Submission;
import dev.millrace.render.Holds;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A budget is of a calendar month; what is reserved is of none.
@DisplayNameGeneration(ReplaceUnderscores.class)
class BudgetMonthsTest {

    @RegisterExtension
    private static final TestDatabase test = TestDatabase.create();

    private final Books books = new Books(test);

    @Test
    void a_budget_that_is_set_in_the_middle_of_a_month_counts_what_was_spent_in_it() {
        books.jobs.end(
                Books.succeeded(books.running(Submission.chat().published().job(books.project)), "4"));
        books.rollUp.rollUp();
        books.budget("5");

        assertThat(books.left()).isEqualTo("1");
    }

    @Test
    void what_was_spent_in_another_month_does_not_count() {
        books.budget("5");
        books.jobs.end(Books.succeeded(books.running("4"), "4"));
        assertThat(books.left()).isEqualTo("1");

        books.letAMonthPass();

        assertThat(books.left()).isEqualTo("5");
        books.rollUp.rollUp();
        assertThat(books.left()).isEqualTo("5");
        books.assertBalanced();
    }

    @Test
    void a_job_that_was_accepted_in_one_month_and_ends_in_the_next_is_reserved_until_then_and_counts_there() {
        books.budget("10");
        var job = books.running("2");
        books.jobs.note(job.lease(), Books.attempt(1, AttemptStatus.FAILED, "0.5"));
        books.letAMonthPass();
        assertThat(books.spent()).as("the first attempt was last month's").isEqualTo("0");
        assertThat(books.reserved()).isEqualTo("2");

        books.jobs.end(Books.succeeded(job, 2, "0.75"));

        assertThat(books.spent()).isEqualTo("0.75");
        assertThat(books.reserved()).isEqualTo("0");
        assertThat(books.left()).isEqualTo("9.25");
        books.assertBalanced();
    }

    @Test
    void a_cost_that_comes_to_be_known_later_stands_on_the_day_on_which_its_attempt_ended() {
        books.budget("10");
        var job = books.lookedUp("2");
        books.store.hold(books.renders.follow(books.worker, job.id()), "provider_cannot_tell", books.worker);
        var holds = new Holds(test.database());
        holds.giveUp(holds.find(job.id()).orElseThrow());
        books.letAMonthPass();

        // The create's answer comes all the same, and its render is followed to its end.
        books.renders.answered(job.lease(), 1, "op-late");
        var render = books.renders.follow(books.worker, job.id());
        books.store.complete(
                render,
                Books.rendered(1, "1.6"),
                dev.millrace.render.TestRenders.FILE,
                Ending.succeeded(job.id(), render.epoch(), null, null, Optional.empty()),
                books.worker);

        assertThat(books.spent()).isEqualTo("0");
        var today = LocalDate.now(ZoneOffset.UTC);
        var sums = new UsageSums(test.database()).sums(books.project, today.minusMonths(2), today, UsageSums.By.DAY, 9);
        assertThat(sums).singleElement().satisfies(day -> {
            assertThat(day.attempts()).isEqualTo(1);
            assertThat(day.unknown()).isZero();
            assertThat(day.cost()).isEqualByComparingTo("1.6");
        });
        books.assertBalanced();
    }

    @Test
    void a_call_that_ended_before_midnight_and_is_written_after_it_counts_on_its_day() {
        var midnight =
                LocalDate.now(ZoneOffset.UTC).atStartOfDay(ZoneOffset.UTC).toInstant();
        var calls = new TestAccounts(test, books.project, midnight.minus(Duration.ofMillis(5)));
        calls.accounts.ended(calls.succeeded("c1", 3));

        calls.clock.advance(Duration.ofMillis(200));
        calls.accounts.round();

        var yesterday = LocalDate.ofInstant(midnight.minusMillis(1), ZoneOffset.UTC);
        assertThat(new UsageSums(test.database())
                        .sums(books.project, yesterday, yesterday, UsageSums.By.DAY, 9)
                        .getFirst()
                        .cost())
                .isEqualByComparingTo("3");
        books.assertBalanced();
    }
}
