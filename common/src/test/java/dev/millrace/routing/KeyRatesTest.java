package dev.millrace.routing;

import static dev.millrace.routing.Routing.K1;
import static dev.millrace.routing.Routing.K2;
import static dev.millrace.routing.Routing.MOMENT;
import static dev.millrace.routing.Routing.deployment;
import static dev.millrace.routing.Routing.provider;
import static dev.millrace.routing.Routing.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.routing.Router.Choice;
import dev.millrace.share.Shares;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Requests and tokens per minute of a key, over two processes.
@DisplayNameGeneration(ReplaceUnderscores.class)
class KeyRatesTest {

    private static final TestDatabase test = TestDatabase.create();

    private final MutableClock clock = new MutableClock(Instant.now().truncatedTo(ChronoUnit.MINUTES));
    private final Process one = new Process();
    private final Process other = new Process();

    /// A process with its own shares, which draws for as long as somebody is refused.
    private final class Process {
        final Shares shares = new Shares(test.database(), clock);
        final Router router =
                new Router(clock, new SplittableRandom(7), new KeyRates(shares), (breaker, open, until) -> {});

        /// Calls, one after another, until the minute is used up.
        int calls(ModelRoute route, long tokens) {
            return calls(route, Need.UNKNOWN, use -> router.succeeded(use, tokens, MOMENT));
        }

        int calls(ModelRoute route, Need need, Consumer<Choice.Use> end) {
            one.shares.start();
            other.shares.start();
            try {
                int calls = 0;
                while (calls < 10_000 && begins(route, need, end)) {
                    calls++;
                }
                return calls;
            } finally {
                one.shares.stop();
                other.shares.stop();
            }
        }

        /// One call, unless the minute is used up.
        boolean begins(ModelRoute route, Need need, Consumer<Choice.Use> end) {
            while (true) {
                switch (router.choose(route, Set.of(), Set.of(), need, Room.ENDLESS)) {
                    case Choice.Use use -> {
                        end.accept(use);
                        return true;
                    }
                    case Choice.Resting(var until, var _) -> {
                        if (until.isAfter(clock.instant().plusSeconds(1))) {
                            return false;
                        }
                        Thread.onSpinWait();
                    }
                    case Choice.Exhausted exhausted -> throw new AssertionError("Nothing was tried");
                }
            }
        }
    }

    /// As many at once, on both processes; none of them ends.
    private long underWay(ModelRoute route, Need need, int count) throws InterruptedException {
        return underWay(route, need, count, one, other);
    }

    private long underWay(ModelRoute route, Need need, int count, Process... processes) throws InterruptedException {
        var calls = new ArrayList<Callable<Boolean>>();
        for (int i = 0; i < count; i++) {
            var process = processes[i % processes.length];
            calls.add(() -> process.begins(route, need, use -> {}));
        }
        one.shares.start();
        other.shares.start();
        try (var threads = Executors.newFixedThreadPool(10)) {
            return threads.invokeAll(calls).stream().filter(Future::resultNow).count();
        } finally {
            one.shares.stop();
            other.shares.stop();
        }
    }

    private static ModelRoute oneKey(long requests, long tokens) {
        var pool = new KeyPool(Map.of(), 1_000, requests, tokens, Duration.ofMinutes(5));
        return route(deployment(provider("p", pool, K1), "m"));
    }

    private static Need need(long prompt, long answer) {
        return new Need(prompt, OptionalLong.of(answer));
    }

    private static ModelRoute limited(long requests, long tokens, Map<String, String> accounts) {
        var pool = new KeyPool(accounts, 1_000, requests, tokens, Duration.ofMinutes(5));
        return route(deployment(provider("p", pool, K1, K2), "m"));
    }

    @AfterEach
    void forget() {
        test.database().client().sql("delete from share").update();
    }

    @AfterAll
    static void end() {
        test.close();
    }

    @Test
    void the_requests_of_each_key_are_respected_over_both_processes() {
        var route = limited(50, 0, Map.of());
        int calls = one.calls(route, 10) + other.calls(route, 10);
        assertThat(calls).isBetween(95, 100);
    }

    @Test
    void keys_of_one_account_share_its_limit() {
        var route = limited(50, 0, Map.of(K1.ref(), "a", K2.ref(), "a"));
        int calls = one.calls(route, 10) + other.calls(route, 10);
        assertThat(calls).isBetween(47, 50);
    }

    @Test
    void a_minute_that_is_used_up_rests_until_the_next_begins() {
        var route = limited(20, 0, Map.of());
        one.calls(route, 10);
        clock.advance(Duration.ofSeconds(20));
        assertThat(one.router.choose(route, Set.of()))
                .isEqualTo(new Choice.Resting(clock.instant().plusSeconds(40), Rest.RATE_LIMIT));
        assertThat(one.router.ready(route, Set.of())).isFalse();
        clock.advance(Duration.ofSeconds(40));
        assertThat(one.calls(route, 10))
                .as("what was asked for at the minute's beginning is sixty seconds old, but not more")
                .isZero();
        clock.advance(Duration.ofSeconds(3));
        assertThat(one.calls(route, 10)).isEqualTo(40);
    }

    @Test
    void across_the_turn_of_a_minute_no_more_is_asked_for_than_in_any_other_sixty_seconds() {
        var route = oneKey(50, 0);
        clock.advance(Duration.ofSeconds(57));
        int across = one.calls(route, 10) + other.calls(route, 10);
        assertThat(across).isBetween(45, 52);
        for (int i = 0; i < 19; i++) {
            clock.advance(Duration.ofSeconds(3));
            across += one.calls(route, 10) + other.calls(route, 10);
        }
        assertThat(across).isLessThanOrEqualTo(52);
        clock.advance(Duration.ofSeconds(6));
        assertThat(one.calls(route, 10) + other.calls(route, 10)).isBetween(45, 52);
    }

    @Test
    void the_tokens_of_each_key_are_respected_by_what_calls_turn_out_to_use() {
        var route = limited(0, 100_000, Map.of());
        int calls = one.calls(route, 1_000) + other.calls(route, 1_000);
        assertThat(calls * 1_000).isBetween(180_000, 210_000);
    }

    @Test
    void calls_under_way_at_once_have_taken_what_their_requests_may_come_to() throws InterruptedException {
        long underWay = underWay(oneKey(0, 100_000), need(1_000, 4_000), 200);
        assertThat(underWay * 5_000).isBetween(90_000L, 105_000L);
    }

    @Test
    void first_calls_that_set_no_limit_to_their_answers_are_taken_for_long_ones() throws InterruptedException {
        long underWay = underWay(oneKey(0, 100_000), new Need(1_000, OptionalLong.empty()), 200);
        assertThat(underWay * 5_000).isBetween(90_000L, 105_000L);
    }

    @Test
    void later_ones_are_taken_for_as_long_as_the_long_ones_before_them() throws InterruptedException {
        var route = oneKey(0, 100_000);
        var unlimited = new Need(1_000, OptionalLong.empty());
        use(route, unlimited, 10_000);
        use(route, unlimited, 1_200);
        clock.advance(Duration.ofMinutes(2));

        long underWay = underWay(route, unlimited, 200, one);

        assertThat(underWay).isBetween(9L, 11L);
    }

    @Test
    void what_was_taken_and_not_needed_is_there_for_others() {
        var route = oneKey(0, 100_000);
        int calls = one.calls(route, need(500, 10_000), use -> one.router.succeeded(use, 1_000, MOMENT));
        assertThat(calls * 1_000).isBetween(85_000, 105_000);
    }

    @Test
    void a_request_that_may_need_more_than_a_minute_has_waits_for_a_whole_one() throws InterruptedException {
        var route = oneKey(0, 10_000);
        assertThat(underWay(route, need(100, 50_000), 10)).isEqualTo(1);
    }

    @Test
    void how_long_the_first_key_rests_depends_on_what_a_call_needs() throws InterruptedException {
        var route = oneKey(0, 10_000);
        assertThat(underWay(route, need(7_000, 0), 1, one)).isEqualTo(1);
        assertThat(underWay(route, need(5_000, 0), 1, one)).isZero();

        assertThat(one.router.firstBack(route, Set.of(), need(5_000, 0)))
                .isEqualTo(clock.instant().plusSeconds(60));
        assertThat(one.router.firstBack(route, Set.of(), need(1_000, 0))).isEqualTo(clock.instant());
    }

    @Test
    void what_is_not_counted_in_tokens_neither_waits_for_them_nor_takes_any() throws InterruptedException {
        var route = oneKey(0, 10_000);
        assertThat(underWay(route, Need.NOTHING, 100, one)).isEqualTo(100);
        assertThat(underWay(route, need(10_000, 0), 1, one)).isEqualTo(1);

        assertThat(underWay(route, Need.NOTHING, 1, one)).isEqualTo(1);
    }

    @Test
    void what_a_call_had_used_that_failed_or_lost_its_caller_counts_too() {
        var route = oneKey(0, 10_000);
        int calls = one.calls(route, need(100, 900), use -> {
            one.router.used(use, 1_000);
            one.router.released(use);
        });
        assertThat(calls).isEqualTo(10);
    }

    @Test
    void a_key_with_too_little_left_for_a_usual_call_rests_for_that_model_and_serves_one_that_needs_less() {
        var pool = new KeyPool(Map.of(), 1_000, 0, 10_000, Duration.ofMinutes(5));
        var provider = provider("p", pool, K1);
        var large = route(deployment(provider, "large"));
        var small = route(deployment(provider, "small"));
        // Calls there need 900 of late, or 10.
        use(large, 900);
        clock.advance(Duration.ofMinutes(2));
        for (int i = 0; i < 200; i++) {
            use(small, 10);
        }
        clock.advance(Duration.ofMinutes(2));
        for (int i = 0; i < 11; i++) {
            use(large, 900);
        }

        assertThat(one.router.choose(large, Set.of()))
                .isEqualTo(new Choice.Resting(clock.instant().plusSeconds(60), Rest.RATE_LIMIT));
        assertThat(one.router.ready(large, Set.of())).isFalse();
        assertThat(one.router.ready(small, Set.of())).isTrue();
        assertThat(one.router.choose(small, Set.of())).isInstanceOf(Choice.Use.class);
    }

    /// A call, once a block for it is there.
    private void use(ModelRoute route, long tokens) {
        use(route, Need.UNKNOWN, tokens);
    }

    private void use(ModelRoute route, Need need, long tokens) {
        one.shares.start();
        try {
            Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
                if (one.router.choose(route, Set.of(), Set.of(), need, Room.ENDLESS) instanceof Choice.Use use) {
                    one.router.succeeded(use, tokens, MOMENT);
                    return true;
                }
                return false;
            });
        } finally {
            one.shares.stop();
        }
    }

    @Test
    void a_choice_that_nothing_came_of_takes_nothing_from_the_minute() {
        var route = limited(20, 0, Map.of());
        for (int i = 0; i < 200; i++) {
            if (one.router.choose(route, Set.of()) instanceof Choice.Use use) {
                one.router.declined(use);
            }
        }
        assertThat(one.calls(route, 10)).isEqualTo(40);
    }
}
