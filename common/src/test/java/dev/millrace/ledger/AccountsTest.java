package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.database.Database;
import dev.millrace.database.TestDatabase;
import dev.millrace.job.TestJobs;
import dev.millrace.provider.Usage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.AbstractDataSource;

/// Interactive calls wait for no commit, and yet never overspend, whatever is killed.
@DisplayNameGeneration(ReplaceUnderscores.class)
class AccountsTest {

    private static final TestDatabase test = TestDatabase.create();

    /// A token of an answer costs a dollar.
    private static final Prices PRICES = new Prices(
            new PriceSettings(
                    List.of(new Price(
                            "pm", LocalDate.EPOCH, null, new BigDecimal("1000000"), null, Map.of(), null, false)),
                    null,
                    0),
            Map.of());

    private final TestJobs jobs = new TestJobs(test);
    private final Budgets budgets = new Budgets(test.database());
    private final MutableClock clock = new MutableClock();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicInteger connections = new AtomicInteger();
    private final UUID project = jobs.project();
    private final UUID key = UUID.randomUUID();
    private final Accounts accounts = instance();

    @AfterAll
    static void close() {
        test.close();
    }

    @BeforeEach
    void forget() {
        test.database()
                .client()
                .sql("truncate usage_entry, usage_day, reservation, budget, budget_block, call_attempt")
                .update();
    }

    private Accounts instance() {
        var counted = new Database(counting(test.source()));
        return new Accounts(counted, PRICES, new Spend(PRICES, meters), clock);
    }

    private DataSource counting(DataSource source) {
        return new AbstractDataSource() {
            @Override
            public java.sql.Connection getConnection() throws java.sql.SQLException {
                connections.incrementAndGet();
                return source.getConnection();
            }

            @Override
            public java.sql.Connection getConnection(String user, String password) {
                throw new UnsupportedOperationException();
            }
        };
    }

    private void budget(String monthly) {
        budgets.set(project, new BigDecimal(monthly));
    }

    private Budgets.Standing standing() {
        return budgets.find(project).orElseThrow();
    }

    private static BigDecimal dollars(long amount) {
        return BigDecimal.valueOf(amount);
    }

    private InteractiveAttempt attempt(String call, int number, String outcome, Optional<Usage> usage) {
        return new InteractiveAttempt(
                call,
                number,
                project,
                key,
                "public",
                "p",
                "pm",
                outcome,
                usage,
                clock.instant(),
                clock.instant(),
                Optional.of("req_1"),
                1);
    }

    private InteractiveAttempt succeeded(String call, long dollars) {
        return attempt(call, 1, "succeeded", Optional.of(new Usage(3, dollars, 1, 0, false)));
    }

    private void end(Accounts of, String call, long dollars) {
        of.ended(succeeded(call, dollars));
        of.over(project, call);
    }

    @Test
    void a_project_without_a_budget_is_known_as_such_without_asking_again() {
        assertThat(accounts.hasBudget(project)).isFalse();
        int before = connections.get();

        assertThat(accounts.hasBudget(project)).isFalse();

        assertThat(connections.get()).isEqualTo(before);
    }

    @Test
    void a_budget_that_is_set_is_heeded_at_the_next_look() {
        assertThat(accounts.hasBudget(project)).isFalse();
        budget("10");
        clock.advance(Duration.ofSeconds(1));
        accounts.round();
        assertThat(accounts.hasBudget(project)).isTrue();
    }

    @Test
    void a_block_counts_as_spent_from_when_it_is_drawn() {
        budget("1000");

        assertThat(accounts.mayStart(project, "c1", dollars(1))).isTrue();

        assertThat(standing().drawn()).isEqualByComparingTo("10");
        assertThat(standing().left()).isEqualByComparingTo("990");
    }

    @Test
    void a_call_whose_block_is_drawn_waits_for_no_commit_and_no_shared_store() {
        budget("1000");
        accounts.mayStart(project, "c1", dollars(1));
        int before = connections.get();

        for (int i = 2; i <= 10; i++) {
            assertThat(accounts.mayStart(project, "c" + i, dollars(1))).isTrue();
            end(accounts, "c" + i, 1);
        }

        assertThat(connections.get()).isEqualTo(before);
        assertThat(accounts.unwritten()).isEqualTo(9);
    }

    @Test
    void a_block_that_runs_low_is_filled_up_ahead() {
        budget("1000");
        for (int i = 0; i < 6; i++) {
            accounts.mayStart(project, "c" + i, dollars(1));
        }
        clock.advance(Duration.ofSeconds(1));
        accounts.round();
        int before = connections.get();

        for (int i = 6; i < 14; i++) {
            assertThat(accounts.mayStart(project, "c" + i, dollars(1))).isTrue();
        }

        assertThat(connections.get()).isEqualTo(before);
    }

    @Test
    void attempts_are_written_with_their_sums_and_what_they_leave_of_the_block_in_one_commit() {
        budget("1000");
        accounts.mayStart(project, "c1", dollars(4));
        accounts.ended(attempt("c1", 1, "rate_limited", Optional.empty()));
        accounts.ended(attempt("c1", 2, "succeeded", Optional.of(new Usage(3, 2, 1, 0, true))));
        accounts.over(project, "c1");

        accounts.round();

        assertThat(standing().spent()).isEqualByComparingTo("2");
        assertThat(standing().drawn()).isEqualByComparingTo("8");
        assertThat(test.database().client().sql("""
                                select concat_ws(' ', number, public_model, provider, model, outcome, tokens_in, tokens_out,
                                                 tokens_cached, estimated, round(cost, 2), provider_request_id)
                                from call_attempt where call_id = 'c1' order by number
                                """).query(String.class).list())
                .containsExactly(
                        "1 public p pm rate_limited f 0.00 req_1", "2 public p pm succeeded 3 2 1 t 2.00 req_1");
        var today = LocalDate.now(ZoneOffset.UTC);
        var sum = new UsageSums(test.database())
                .sums(project, today, today, UsageSums.By.KEY, 9)
                .getFirst();
        assertThat(sum.part()).contains(key.toString());
        assertThat(sum.attempts()).isEqualTo(2);
        assertThat(sum.cost()).isEqualByComparingTo("2");
        assertThat(sum.unknown()).isZero();
    }

    @Test
    void what_an_attempt_cost_whose_answer_was_lost_nobody_knows() {
        accounts.ended(attempt("c1", 1, "timeout", Optional.empty()));
        accounts.ended(attempt("c2", 1, "caller_gone", Optional.of(new Usage(3, 2, 0, 0, true))));
        accounts.round();

        var today = LocalDate.now(ZoneOffset.UTC);
        var sum = new UsageSums(test.database())
                .sums(project, today, today, UsageSums.By.DAY, 9)
                .getFirst();
        assertThat(sum.unknown()).isEqualTo(1);
        assertThat(sum.cost()).as("what a caller used who went away is priced").isEqualByComparingTo("2");
    }

    @Test
    void a_call_that_costs_less_than_was_held_for_it_leaves_the_rest_to_the_next() {
        budget("10");
        assertThat(accounts.mayStart(project, "c1", dollars(10))).isTrue();
        assertThat(accounts.mayStart(project, "c2", dollars(8))).isFalse();

        end(accounts, "c1", 2);

        assertThat(accounts.mayStart(project, "c3", dollars(8))).isTrue();
    }

    @Test
    void a_call_that_failed_leaves_all_that_was_held_for_it() {
        budget("10");
        assertThat(accounts.mayStart(project, "c1", dollars(10))).isTrue();
        accounts.ended(attempt("c1", 1, "provider_error", Optional.empty()));
        accounts.over(project, "c1");

        assertThat(accounts.mayStart(project, "c2", dollars(10))).isTrue();
    }

    @Test
    void many_at_once_on_two_instances_can_not_overspend() throws Exception {
        budget("20");
        var other = instance();
        var number = new AtomicInteger();
        Callable<Boolean> one = () -> {
            int mine = number.getAndIncrement();
            var where = mine % 2 == 0 ? accounts : other;
            boolean started = where.mayStart(project, "c" + mine, dollars(1));
            if (started) {
                end(where, "c" + mine, 1);
            }
            return started;
        };
        long started;
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            started = pool.invokeAll(Stream.generate(() -> one).limit(100).toList()).stream()
                    .filter(Future::resultNow)
                    .count();
        }
        accounts.round();
        other.round();

        assertThat(started).isEqualTo(20);
        assertThat(standing().spent()).isEqualByComparingTo("20");
        assertThat(standing().left()).isEqualByComparingTo("0");
    }

    @Test
    void calls_and_jobs_share_one_budget() {
        budget("10");
        test.database()
                .client()
                .sql("insert into reservation (job_id, project_id, amount) values (gen_random_uuid(), :project, 8)")
                .param("project", project)
                .update();

        assertThat(accounts.mayStart(project, "c1", dollars(3))).isFalse();
        assertThat(accounts.mayStart(project, "c2", dollars(3)))
                .as("for a second nothing is asked")
                .isFalse();
        clock.advance(Duration.ofSeconds(1));
        assertThat(accounts.mayStart(project, "c3", dollars(2))).isTrue();
    }

    @Test
    void what_a_killed_instance_had_drawn_stands_in_the_books_as_one_unaccounted_amount() {
        budget("1000");
        accounts.mayStart(project, "c1", dollars(4));
        end(accounts, "c1", 4);
        accounts.round();
        accounts.mayStart(project, "c2", dollars(3));
        accounts.ended(succeeded("c2", 3));
        // Here it is killed: the second call's attempt is on no record.
        test.database()
                .client()
                .sql("update budget_block set renewed_at = now() - interval '2 minutes'")
                .update();
        assertThat(standing().left()).as("it counts as spent all the time").isEqualByComparingTo("990");

        liveForAMinute(instance());

        var today = LocalDate.now(ZoneOffset.UTC);
        var sum = new UsageSums(test.database())
                .sums(project, today, today, UsageSums.By.DAY, 9)
                .getFirst();
        assertThat(sum.cost()).isEqualByComparingTo("4");
        assertThat(sum.unaccounted()).isEqualByComparingTo("6");
        assertThat(standing().spent()).isEqualByComparingTo("10");
        assertThat(standing().drawn()).isEqualByComparingTo("0");
        assertThat(standing().left()).isEqualByComparingTo("990");
    }

    @Test
    void what_an_instance_that_lives_has_drawn_is_not_written_off() {
        budget("1000");
        accounts.mayStart(project, "c1", dollars(1));
        test.database()
                .client()
                .sql("update budget_block set renewed_at = now() - interval '50 seconds'")
                .update();
        accounts.round();

        liveForAMinute(instance());

        assertThat(standing().drawn()).isEqualByComparingTo("10");
    }

    @Test
    void after_an_outage_nobody_is_judged_before_all_could_be_heard_again() {
        budget("1000");
        accounts.mayStart(project, "c1", dollars(1));
        var other = instance();
        liveForAMinute(other);
        // All were silent: the database was away.
        test.database()
                .client()
                .sql("update budget_block set renewed_at = now() - interval '2 minutes'")
                .update();
        clock.advance(Duration.ofMinutes(2));

        other.round();

        assertThat(standing().drawn()).isEqualByComparingTo("10");
    }

    private void liveForAMinute(Accounts instance) {
        for (int i = 0; i <= 12; i++) {
            instance.round();
            clock.advance(Duration.ofSeconds(5));
        }
    }

    @Test
    void an_instance_that_was_taken_for_dead_draws_anew() {
        budget("1000");
        accounts.mayStart(project, "c1", dollars(1));
        test.database().client().sql("delete from budget_block").update();
        accounts.round();

        assertThat(accounts.mayStart(project, "c2", dollars(1))).isTrue();

        assertThat(standing().drawn()).isPositive();
    }

    @Test
    void a_write_whose_answer_was_lost_is_repeated_and_counts_once() {
        budget("1000");
        accounts.mayStart(project, "c1", dollars(4));
        end(accounts, "c1", 4);
        var once = new CallAttempts.Priced(succeeded("c1", 4), Optional.of(dollars(4)));
        CallAttempts.write(test.database(), UUID.randomUUID(), List.of(once));

        assertThat(CallAttempts.write(test.database(), UUID.randomUUID(), List.of(once)))
                .isZero();

        assertThat(standing().spent()).isEqualByComparingTo("4");
    }

    @Test
    void attempts_that_can_not_be_written_yet_are_kept_until_they_can() {
        budget("1000");
        accounts.mayStart(project, "c1", dollars(4));
        end(accounts, "c1", 4);
        test.database().client().sql("alter table call_attempt rename to away").update();
        try {
            assertThatThrownBy(accounts::round).isNotNull();
            assertThat(accounts.unwritten()).isEqualTo(1);
        } finally {
            test.database()
                    .client()
                    .sql("alter table away rename to call_attempt")
                    .update();
        }

        accounts.round();

        assertThat(accounts.unwritten()).isZero();
        assertThat(standing().spent()).isEqualByComparingTo("4");
    }

    @Test
    void a_stop_in_order_writes_what_has_ended_and_gives_back_what_was_drawn() {
        budget("1000");
        accounts.mayStart(project, "c1", dollars(4));
        end(accounts, "c1", 4);

        accounts.close();

        assertThat(standing().drawn()).isEqualByComparingTo("0");
        assertThat(standing().spent()).isEqualByComparingTo("4");
        assertThat(standing().left()).isEqualByComparingTo("996");
    }

    @Test
    void a_project_that_calls_no_more_gets_its_block_back() {
        budget("1000");
        accounts.mayStart(project, "c1", dollars(4));
        end(accounts, "c1", 1);
        accounts.round();
        clock.advance(Duration.ofSeconds(61));

        accounts.round();

        assertThat(standing().drawn()).isEqualByComparingTo("0");
        assertThat(accounts.mayStart(project, "c2", dollars(1))).isTrue();
    }

    @Test
    void what_is_spent_is_counted_by_provider_and_what_has_no_price_too() {
        accounts.ended(succeeded("c1", 4));
        accounts.ended(new InteractiveAttempt(
                "c2",
                1,
                project,
                key,
                "other",
                "q",
                "om",
                "succeeded",
                Optional.of(new Usage(1, 1, 0, 0, false)),
                clock.instant(),
                clock.instant(),
                Optional.empty(),
                1));

        assertThat(meters.get("millrace.spend").tag("provider", "p").counter().count())
                .isEqualTo(4);
        assertThat(meters.get("millrace.attempts.unpriced")
                        .tag("provider", "q")
                        .counter()
                        .count())
                .isEqualTo(1);
    }
}
