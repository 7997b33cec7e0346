package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What an instance had drawn for its calls is accounted for, however it ends.
@DisplayNameGeneration(ReplaceUnderscores.class)
class LostInstancesTest {

    @RegisterExtension
    private static final TestDatabase test = TestDatabase.create();

    private final Books books = new Books(test);
    private final TestAccounts calls = new TestAccounts(test, books.project);

    @Test
    void what_a_killed_instance_had_drawn_stands_in_the_books_as_one_unaccounted_amount() {
        books.budget("1000");
        calls.call("c1", 4);
        calls.accounts.round();
        calls.mayStart("c2", 3);
        calls.accounts.ended(calls.succeeded("c2", 3));
        // Here it is killed: the second call's attempt is on no record.
        calls.silence(Duration.ofMinutes(2));
        assertThat(books.standing().left())
                .as("it counts as spent all the time")
                .isEqualByComparingTo("990");

        liveForAMinute(calls.instance());

        var sum = calls.today(UsageSums.By.DAY);
        assertThat(sum.cost()).isEqualByComparingTo("4");
        assertThat(sum.unaccounted()).isEqualByComparingTo("6");
        assertThat(books.standing().spent()).isEqualByComparingTo("10");
        assertThat(books.standing().drawn()).isEqualByComparingTo("0");
        assertThat(books.standing().left()).isEqualByComparingTo("990");
    }

    @Test
    void what_an_instance_that_lives_has_drawn_is_not_written_off() {
        books.budget("1000");
        calls.mayStart("c1", 1);
        calls.silence(Duration.ofSeconds(50));
        calls.accounts.round();

        liveForAMinute(calls.instance());

        assertThat(books.standing().drawn()).isEqualByComparingTo("10");
    }

    @Test
    void after_an_outage_nobody_is_judged_before_all_could_be_heard_again() {
        books.budget("1000");
        calls.mayStart("c1", 1);
        var other = calls.instance();
        liveForAMinute(other);
        // All were silent: the database was away.
        calls.silence(Duration.ofMinutes(2));
        calls.clock.advance(Duration.ofMinutes(2));

        other.round();

        assertThat(books.standing().drawn()).isEqualByComparingTo("10");
    }

    @Test
    void an_instance_that_was_taken_for_dead_draws_anew() {
        books.budget("1000");
        calls.mayStart("c1", 1);
        test.database().client().sql("delete from call_block").update();
        calls.accounts.round();

        assertThat(calls.mayStart("c2", 1)).isTrue();

        assertThat(books.standing().drawn()).isPositive();
    }

    @Test
    void a_stop_in_order_writes_what_has_ended_and_gives_back_what_was_drawn() {
        books.budget("1000");
        calls.call("c1", 4);

        calls.accounts.close();

        assertThat(books.standing().drawn()).isEqualByComparingTo("0");
        assertThat(books.standing().spent()).isEqualByComparingTo("4");
        assertThat(books.standing().left()).isEqualByComparingTo("996");
    }

    @Test
    void a_project_that_calls_no_more_gets_its_block_back() {
        books.budget("1000");
        calls.mayStart("c1", 4);
        calls.end("c1", 1);
        calls.accounts.round();
        calls.clock.advance(Duration.ofSeconds(61));

        calls.accounts.round();

        assertThat(books.standing().drawn()).isEqualByComparingTo("0");
        assertThat(calls.mayStart("c2", 1)).isTrue();
    }

    @Test
    void what_was_under_way_of_a_project_without_a_budget_stands_there_as_one_amount_too() {
        calls.startUnlimited("c1", 4);
        calls.accounts.round();
        calls.end("c1", 4);
        calls.accounts.round();
        calls.startUnlimited("c2", 3);
        calls.accounts.round();
        calls.accounts.ended(calls.succeeded("c2", 3));
        // Here it is killed: the second call's attempt is on no record.
        calls.silence(Duration.ofMinutes(2));
        var drawn = calls.drawn();
        assertThat(drawn).isGreaterThanOrEqualTo(TestAccounts.dollars(3));

        liveForAMinute(calls.instance());

        var sum = calls.today(UsageSums.By.DAY);
        assertThat(sum.cost()).isEqualByComparingTo("4");
        assertThat(sum.unaccounted()).isEqualByComparingTo(drawn);
        assertThat(calls.drawn()).isEqualByComparingTo("0");
    }

    @Test
    void an_instance_that_was_taken_for_dead_draws_anew_where_nobody_limits_it_too() {
        calls.startUnlimited("c1", 4);
        calls.accounts.round();
        test.database().client().sql("delete from call_block").update();
        calls.clock.advance(Duration.ofSeconds(5));
        calls.accounts.round();

        calls.accounts.round();

        assertThat(calls.drawn()).isGreaterThanOrEqualTo(TestAccounts.dollars(4));
    }

    private void liveForAMinute(Accounts instance) {
        for (int i = 0; i <= 12; i++) {
            instance.round();
            calls.clock.advance(Duration.ofSeconds(5));
        }
    }
}
