package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.database.TestDatabase;
import dev.millrace.provider.Usage;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The attempts of calls get on record, with their sums, each once.
@DisplayNameGeneration(ReplaceUnderscores.class)
class CallAttemptsTest {

    @RegisterExtension
    private static final TestDatabase test = TestDatabase.create();

    private final Books books = new Books(test);
    private final TestAccounts calls = new TestAccounts(test, books.project);

    @Test
    void attempts_are_written_with_their_sums_and_what_they_leave_of_the_block_in_one_commit() {
        books.budget("1000");
        calls.mayStart("c1", 4);
        calls.accounts.ended(calls.attempt("c1", 1, "rate_limited", Optional.empty()));
        calls.accounts.ended(calls.attempt("c1", 2, "succeeded", Optional.of(new Usage(3, 2, 1, 0, true))));
        calls.accounts.over(books.project, "c1");

        calls.accounts.round();

        assertThat(books.standing().spent()).isEqualByComparingTo("2");
        assertThat(books.standing().drawn()).isEqualByComparingTo("8");
        assertThat(test.database().client().sql("""
                                select concat_ws(' ', number, public_model, provider, model, outcome, tokens_in, tokens_out,
                                                 tokens_cached, estimated, round(cost, 2), provider_request_id, dropped)
                                from call_attempt where call_id = 'c1' order by number
                                """).query(String.class).list())
                .containsExactly(
                        "1 public p pm rate_limited f 0.00 req_1 seed,logprobs",
                        "2 public p pm succeeded 3 2 1 t 2.00 req_1 seed,logprobs");
        var sum = calls.today(UsageSums.By.KEY);
        assertThat(sum.part()).contains(calls.key.toString());
        assertThat(sum.attempts()).isEqualTo(2);
        assertThat(sum.cost()).isEqualByComparingTo("2");
        assertThat(sum.unknown()).isZero();
    }

    @Test
    void what_an_attempt_cost_whose_answer_was_lost_nobody_knows() {
        calls.accounts.ended(calls.attempt("c1", 1, "timeout", Optional.empty()));
        calls.accounts.ended(calls.attempt("c2", 1, "caller_gone", Optional.of(new Usage(3, 2, 0, 0, true))));
        calls.accounts.round();

        var sum = calls.today(UsageSums.By.DAY);
        assertThat(sum.unknown()).isEqualTo(1);
        assertThat(sum.cost()).as("what a caller used who went away is priced").isEqualByComparingTo("2");
    }

    @Test
    void what_was_used_of_a_stream_that_ended_with_an_error_is_priced_though_it_is_guessed() {
        var used = Optional.of(new Usage(3, 2, 0, 0, true));
        calls.accounts.ended(calls.attempt("c1", 1, "provider_error", used));
        calls.accounts.ended(calls.attempt("c2", 1, "rate_limited", used));
        calls.accounts.round();

        var sum = calls.today(UsageSums.By.DAY);
        assertThat(sum.cost()).isEqualByComparingTo("4");
        assertThat(sum.tokensOut()).isEqualTo(4);
        assertThat(sum.unknown()).isZero();
    }

    @Test
    void a_write_whose_answer_was_lost_is_repeated_and_counts_once() {
        books.budget("1000");
        calls.call("c1", 4);
        var once = new CallAttempts.Priced(calls.succeeded("c1", 4), Optional.of(TestAccounts.dollars(4)));
        CallAttempts.write(test.database(), UUID.randomUUID(), List.of(once));

        assertThat(CallAttempts.write(test.database(), UUID.randomUUID(), List.of(once)))
                .isZero();

        assertThat(books.standing().spent()).isEqualByComparingTo("4");
    }

    @Test
    void attempts_that_can_not_be_written_yet_are_kept_until_they_can() {
        books.budget("1000");
        calls.call("c1", 4);
        test.database().client().sql("alter table call_attempt rename to away").update();
        try {
            assertThatThrownBy(calls.accounts::round).isNotNull();
            assertThat(calls.accounts.unwritten()).isEqualTo(1);
        } finally {
            test.database()
                    .client()
                    .sql("alter table away rename to call_attempt")
                    .update();
        }

        calls.accounts.round();

        assertThat(calls.accounts.unwritten()).isZero();
        assertThat(books.standing().spent()).isEqualByComparingTo("4");
    }

    @Test
    void what_is_spent_is_counted_by_provider_and_what_has_no_price_too() {
        calls.accounts.ended(calls.succeeded("c1", 4));
        calls.accounts.ended(
                calls.attempt("c2", 1, "succeeded", Optional.of(new Usage(1, 1, 0, 0, false)), "unpriced"));

        assertThat(counted("millrace.spend")).isEqualTo(4);
        assertThat(counted("millrace.attempts.unpriced")).isEqualTo(1);
    }

    @Test
    void what_was_done_and_has_no_price_of_its_kind_costs_null_and_is_counted_as_unpriced() {
        calls.accounts.ended(calls.attempt("c1", 1, "succeeded", Optional.empty()));
        calls.accounts.ended(calls.attempt("c2", 1, "timeout", Optional.empty()));
        calls.accounts.round();

        assertThat(counted("millrace.attempts.unpriced"))
                .as("what a lost answer cost nobody knows, but there is a price for it")
                .isEqualTo(1);
        var sum = calls.today(UsageSums.By.DAY);
        assertThat(sum.unknown()).isEqualTo(2);
        assertThat(sum.cost()).isZero();
    }

    private double counted(String meter) {
        return calls.meters.get(meter).tag("provider", "p").counter().count();
    }

    @Test
    void each_picture_that_was_asked_for_counts_as_a_call() {
        var price = new Price("pm", LocalDate.EPOCH, null, null, null, null, Map.of(), new BigDecimal("0.04"), true);
        var prices = new Prices(new PriceSettings(List.of(price), null, 0), Map.of());

        assertThat(pictures(3, "succeeded").cost(prices)).contains(new BigDecimal("0.1200000000"));
        assertThat(pictures(3, "rate_limited").cost(prices)).contains(new BigDecimal("0.1200000000"));
        assertThat(pictures(3, "timeout").cost(prices)).isEmpty();
        assertThat(pictures(3, "succeeded").cost(TestAccounts.PRICES))
                .as("without a price for calls nobody knows")
                .isEmpty();
    }

    private InteractiveAttempt pictures(int count, String outcome) {
        var now = calls.clock.instant();
        return new InteractiveAttempt(
                "c1",
                1,
                books.project,
                calls.key,
                "draws",
                "p",
                "pm",
                outcome,
                Optional.empty(),
                now,
                now,
                Optional.empty(),
                count,
                List.of());
    }
}
