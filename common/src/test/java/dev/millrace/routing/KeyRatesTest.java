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
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
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

        /// Calls until the minute is used up.
        int calls(ModelRoute route, long tokens) {
            one.shares.start();
            other.shares.start();
            try {
                int calls = 0;
                while (calls < 10_000) {
                    switch (router.choose(route, Set.of())) {
                        case Choice.Use use -> {
                            router.succeeded(use, tokens, MOMENT);
                            calls++;
                        }
                        case Choice.Resting(var until, var _) -> {
                            if (until.isAfter(clock.instant().plusSeconds(1))) {
                                return calls;
                            }
                            Thread.onSpinWait();
                        }
                        case Choice.Exhausted exhausted -> throw new AssertionError("Nothing was tried");
                    }
                }
                return calls;
            } finally {
                one.shares.stop();
                other.shares.stop();
            }
        }
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
        assertThat(one.calls(route, 10)).isEqualTo(40);
    }

    @Test
    void the_tokens_of_each_key_are_respected_by_what_calls_turn_out_to_use() {
        var route = limited(0, 100_000, Map.of());
        int calls = one.calls(route, 1_000) + other.calls(route, 1_000);
        assertThat(calls * 1_000).isBetween(180_000, 210_000);
    }

    @Test
    void a_key_with_too_little_left_for_a_usual_call_rests_for_that_model_and_serves_one_that_needs_less() {
        var pool = new KeyPool(Map.of(), 1_000, 0, 10_000, Duration.ofMinutes(5));
        var provider = provider("p", pool, K1);
        var large = route(deployment(provider, "large"));
        var small = route(deployment(provider, "small"));
        // Calls there need 900 of late, or 10.
        use(large, 900);
        clock.advance(Duration.ofMinutes(1));
        for (int i = 0; i < 200; i++) {
            use(small, 10);
        }
        clock.advance(Duration.ofMinutes(1));
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
        one.shares.start();
        try {
            Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
                if (one.router.choose(route, Set.of()) instanceof Choice.Use use) {
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
