package dev.millrace.routing;

import static dev.millrace.routing.Routing.ERROR;
import static dev.millrace.routing.Routing.K1;
import static dev.millrace.routing.Routing.K2;
import static dev.millrace.routing.Routing.MODEL_ERROR;
import static dev.millrace.routing.Routing.MOMENT;
import static dev.millrace.routing.Routing.deployment;
import static dev.millrace.routing.Routing.failure;
import static dev.millrace.routing.Routing.provider;
import static dev.millrace.routing.Routing.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.routing.Router.Choice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// When the breakers of a provider and of its models open, and how they recover.
@DisplayNameGeneration(ReplaceUnderscores.class)
class BreakersTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Routing routing = new Routing();
    private final Router router = routing.router;
    private final Provider provider = provider("p", K1, K2);
    private final ModelRoute m = route(deployment(provider, "m"));
    private final ModelRoute other = route(deployment(provider, "other"));

    @Test
    void a_few_failures_open_nothing() {
        routing.fail(m, ERROR, 4);
        assertThat(routing.rests(m)).isFalse();
    }

    @Test
    void five_failures_in_a_row_open_a_model_however_slowly_they_come() {
        for (int i = 0; i < 5; i++) {
            assertThat(routing.rests(m)).isFalse();
            routing.fail(m, ERROR);
            routing.clock.advance(MINUTE);
        }
        // The wait began with the last failure, a minute ago.
        routing.fail(m, ERROR);
        assertThat(routing.rests(m)).isTrue();
    }

    @Test
    void a_success_in_between_begins_the_row_anew() {
        routing.fail(m, ERROR, 4);
        routing.succeed(m);
        routing.fail(m, ERROR, 4);
        assertThat(routing.rests(m)).isFalse();
    }

    @Test
    void half_of_ten_calls_within_ten_seconds_open_a_model_though_others_succeed_in_between() {
        for (int i = 0; i < 4; i++) {
            routing.succeed(m);
            routing.fail(m, ERROR);
        }
        routing.succeed(m);
        assertThat(routing.rests(m)).isFalse();
        routing.fail(m, ERROR);
        assertThat(routing.rests(m)).isTrue();
    }

    @Test
    void what_lies_longer_than_ten_seconds_back_does_not_count() {
        for (int i = 0; i < 4; i++) {
            routing.succeed(m);
            routing.fail(m, ERROR);
        }
        routing.clock.advance(Duration.ofSeconds(11));
        routing.succeed(m);
        routing.fail(m, ERROR);
        assertThat(routing.rests(m)).isFalse();
    }

    private void fail(ModelRoute route, Duration asked) {
        router.failed(routing.use(route), ERROR, Optional.of(asked));
    }

    @Test
    void a_failure_that_asks_for_a_wait_rests_its_model_for_as_long_and_no_other() {
        fail(m, Duration.ofSeconds(20));
        assertThat(routing.rests(m)).isTrue();
        assertThat(routing.rests(other)).isFalse();
        assertThat(routing.untilReady(m, MINUTE)).isBetween(Duration.ofMillis(19_900), Duration.ofMillis(20_100));
    }

    @Test
    void a_failure_that_names_the_model_may_ask_for_a_wait_too() {
        router.failed(routing.use(m), MODEL_ERROR, Optional.of(Duration.ofSeconds(20)));
        assertThat(routing.untilReady(m, MINUTE)).isBetween(Duration.ofMillis(19_900), Duration.ofMillis(20_100));
    }

    @Test
    void nobody_is_left_alone_for_longer_than_a_minute_because_of_a_failure() {
        fail(m, Duration.ofHours(3));
        assertThat(routing.untilReady(m, MINUTE)).isBetween(Duration.ofMillis(59_900), Duration.ofMillis(60_100));
    }

    @Test
    void a_wait_of_no_time_is_none() {
        fail(m, Duration.ZERO);
        assertThat(routing.rests(m)).isFalse();
    }

    @Test
    void one_failure_that_asks_for_a_wait_among_many_successes_stops_nobody() {
        routing.succeed(m);
        fail(m, Duration.ofSeconds(20));
        assertThat(routing.rests(m)).isFalse();
        routing.clock.advance(Duration.ofMillis(2_100));
        fail(m, Duration.ofSeconds(20));
        assertThat(routing.rests(m)).as("nothing has succeeded for two seconds").isTrue();
    }

    @Test
    void failures_that_open_a_model_keep_it_open_for_as_long_as_was_asked() {
        routing.succeed(m);
        for (int i = 0; i < 5; i++) {
            assertThat(routing.rests(m)).isFalse();
            fail(m, Duration.ofSeconds(20));
        }
        assertThat(routing.untilReady(m, MINUTE)).isBetween(Duration.ofMillis(19_900), Duration.ofMillis(20_100));
    }

    @Test
    void a_probe_that_fails_and_asks_for_a_wait_is_obeyed() {
        routing.fail(m, ERROR, 5);
        routing.untilReady(m, MINUTE);
        fail(m, Duration.ofSeconds(20));
        assertThat(routing.untilReady(m, MINUTE)).isBetween(Duration.ofMillis(19_900), Duration.ofMillis(20_100));
    }

    @Test
    void a_provider_that_its_models_failures_close_stays_closed_for_as_long_as_was_asked() {
        for (int model = 0; model < 4; model++) {
            var one = route(deployment(provider, "m" + model));
            routing.succeed(one);
            for (int i = 0; i < 5 && !routing.rests(one); i++) {
                fail(one, Duration.ofSeconds(20));
            }
        }
        assertThat(routing.untilReady(other, MINUTE)).isBetween(Duration.ofMillis(19_900), Duration.ofMillis(20_100));
    }

    @Test
    void a_model_that_always_fails_closes_no_other_model_of_its_provider() {
        for (int i = 0; i < 200; i++) {
            if (routing.choose(m) instanceof Choice.Use use) {
                router.failed(use, ERROR);
            }
            routing.clock.advance(Duration.ofMillis(100));
            assertThat(routing.rests(other)).isFalse();
        }
    }

    @Test
    void failures_of_calls_that_were_under_way_when_the_model_opened_do_not_count_against_its_provider() {
        var underWay = new ArrayList<Choice.Use>();
        for (int i = 0; i < 100; i++) {
            underWay.add(routing.use(m));
        }
        underWay.forEach(use -> router.failed(use, ERROR));
        assertThat(routing.rests(m)).isTrue();
        assertThat(routing.rests(other)).isFalse();
    }

    @Test
    void a_provider_whose_models_all_fail_is_closed_also_for_a_model_that_was_not_asked_yet() {
        for (int model = 0; model < 4; model++) {
            routing.fail(route(deployment(provider, "m" + model)), ERROR, 5);
        }
        assertThat(routing.rests(other)).isTrue();
        assertThat(routing.rests(route(deployment(provider("elsewhere", K1), "m"))))
                .isFalse();
    }

    @Test
    void timeouts_count_as_errors_do() {
        for (int model = 0; model < 4; model++) {
            routing.fail(route(deployment(provider, "m" + model)), Failure.unanswered("timeout", "No answer"), 5);
        }
        assertThat(routing.rests(other)).isTrue();
    }

    @Test
    void errors_that_name_the_model_count_against_that_model_only() {
        for (int model = 0; model < 10; model++) {
            var route = route(deployment(provider, "m" + model));
            routing.fail(route, MODEL_ERROR, 5);
            assertThat(routing.rests(route)).isTrue();
        }
        assertThat(routing.rests(other)).isFalse();
    }

    @Test
    void the_requests_own_fault_opens_nothing() {
        routing.fail(m, failure(Scope.REQUEST, "invalid_request", 400), 100);
        assertThat(routing.rests(m)).isFalse();
    }

    @Test
    void an_open_breaker_tells_when_it_lets_a_probe_through_which_is_two_seconds_or_less() {
        routing.fail(m, ERROR, 5);
        var until = ((Choice.Resting) routing.choose(m)).until();
        assertThat(until)
                .isBetween(
                        routing.clock.instant().plusMillis(1_000),
                        routing.clock.instant().plusMillis(2_001));
        routing.clock.advance(Duration.between(routing.clock.instant(), until));
        assertThat(routing.choose(m)).isInstanceOf(Choice.Use.class);
    }

    @Test
    void a_half_open_breaker_lets_two_probes_through_and_no_more() {
        routing.fail(m, ERROR, 5);
        routing.untilReady(m, MINUTE);
        var first = routing.use(m);
        routing.use(m);
        assertThat(routing.choose(m))
                .isEqualTo(new Choice.Resting(routing.clock.instant().plusMillis(100), Rest.OTHER));
        router.released(first);
        assertThat(routing.choose(m)).isInstanceOf(Choice.Use.class);
        assertThat(routing.choose(m)).isInstanceOf(Choice.Resting.class);
    }

    @Test
    void the_first_probe_that_ends_decides() {
        routing.fail(m, ERROR, 5);
        routing.untilReady(m, MINUTE);
        var probe = routing.use(m);
        var late = routing.use(m);
        router.succeeded(probe, 1, MOMENT);
        assertThat(routing.rests(m)).isFalse();
        // It was sent before the recovery, and says nothing of the time since.
        router.failed(late, ERROR);
        routing.clock.advance(Duration.ofSeconds(10));
        routing.fail(m, ERROR, 4);
        assertThat(routing.rests(m)).isFalse();
    }

    @Test
    void a_probe_that_has_begun_to_answer_is_not_waited_for() {
        routing.fail(m, ERROR, 5);
        routing.untilReady(m, MINUTE);
        var stream = routing.use(m);
        routing.use(m);
        assertThat(routing.choose(m)).isInstanceOf(Choice.Resting.class);
        router.answering(stream, MOMENT);
        assertThat(routing.choose(m)).isInstanceOf(Choice.Use.class);
    }

    @Test
    void a_probe_that_fails_opens_the_breaker_again_for_longer_up_to_half_a_minute() {
        routing.fail(m, ERROR, 5);
        var longest = Duration.ZERO;
        for (int i = 0; i < 8; i++) {
            longest = routing.untilReady(m, MINUTE);
            routing.fail(m, ERROR);
        }
        assertThat(longest).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
    }

    @Test
    void a_recovered_model_is_given_a_tenth_then_a_quarter_then_half_and_after_ten_seconds_all() {
        routing.fail(m, ERROR, 5);
        routing.untilReady(m, MINUTE);
        routing.succeed(m);
        // At 100 calls a second. A third of the ramp is 3.3 s.
        assertThat(admitted(330)).isBetween(30, 40);
        assertThat(admitted(330)).isBetween(75, 90);
        assertThat(admitted(330)).isBetween(155, 172);
        routing.clock.advance(Duration.ofMillis(100));
        assertThat(admitted(330)).isEqualTo(330);
    }

    private int admitted(int offered) {
        int admitted = 0;
        for (int i = 0; i < offered; i++) {
            if (routing.choose(m) instanceof Choice.Use use) {
                admitted++;
                router.succeeded(use, 1, MOMENT);
            }
            routing.clock.advance(Duration.ofMillis(10));
        }
        return admitted;
    }

    @Test
    void a_ramp_is_not_felt_where_there_is_little_to_do() {
        routing.fail(m, ERROR, 5);
        routing.untilReady(m, MINUTE);
        for (int i = 0; i < 20; i++) {
            routing.succeed(m);
            routing.clock.advance(Duration.ofMillis(250));
        }
    }

    @Test
    void what_a_ramp_holds_back_goes_to_another_deployment() {
        var elsewhere = deployment(provider("elsewhere", K1), "m");
        routing.fail(m, ERROR, 5);
        routing.untilReady(m, MINUTE);
        routing.succeed(m);
        var both = route(List.of(m.tiers().getFirst().getFirst()), List.of(elsewhere));
        var chosen = new ArrayList<Deployment>();
        for (int i = 0; i < 20; i++) {
            var use = routing.use(both);
            chosen.add(use.deployment());
            router.succeeded(use, 1, MOMENT);
        }
        assertThat(chosen).contains(elsewhere);
    }

    @Test
    void two_failures_in_a_row_open_a_model_that_has_just_recovered() {
        routing.fail(m, ERROR, 5);
        routing.untilReady(m, MINUTE);
        routing.succeed(m);
        routing.clock.advance(Duration.ofMillis(200));
        routing.fail(m, ERROR);
        assertThat(routing.rests(m)).isFalse();
        routing.clock.advance(Duration.ofMillis(200));
        routing.fail(m, ERROR);
        assertThat(routing.rests(m)).isTrue();
    }
}
