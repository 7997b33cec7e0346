package dev.millrace.routing;

import static dev.millrace.routing.Routing.ERROR;
import static dev.millrace.routing.Routing.INVALID_KEY;
import static dev.millrace.routing.Routing.K1;
import static dev.millrace.routing.Routing.K2;
import static dev.millrace.routing.Routing.K3;
import static dev.millrace.routing.Routing.chosen;
import static dev.millrace.routing.Routing.deployment;
import static dev.millrace.routing.Routing.provider;
import static dev.millrace.routing.Routing.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.Failure;
import dev.millrace.routing.Play.Answer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whole stories in virtual time, each told for every way of choosing, after those of Palantir's Dialogue.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ScenariosTest {

    private static final Failure TIMEOUT = Failure.unanswered("timeout", "No answer");

    private final Deployment a = deployment(provider("a", K1), "m");
    private final Deployment b = deployment(provider("b", K1), "m");

    @ParameterizedTest
    @EnumSource
    void fast_503s_then_recovery(ChooseBy by) {
        var play = new Play(
                        chosen(by, a, b),
                        (deployment, key, since) ->
                                deployment.equals(a) && within(since, 10, 40) ? Answer.bad(5, ERROR) : Answer.good(50))
                .run(Duration.ofSeconds(90), 100);
        assertThat(play.failed + play.refused).isZero();
        assertThat(play.asked(a, 10, 40).size()).isLessThan(30);
        // Found out within half a minute of the longest wait, and ramped within ten seconds.
        assertThat(play.asked(a, 80, 90).size()).isBetween(400, 600);
    }

    @ParameterizedTest
    @EnumSource
    void black_hole(ChooseBy by) {
        var play = new Play(
                        chosen(by, a, b),
                        (deployment, key, since) ->
                                deployment.equals(a) ? Answer.bad(30_000, TIMEOUT) : Answer.good(50))
                .run(Duration.ofSeconds(120), 100);
        assertThat(play.refused + play.failed).isZero();
        assertThat(play.asked(a, 0, 120).size()).isLessThan(60);
        assertThat(play.p99()).isLessThan(Duration.ofMillis(100));
    }

    @Test
    void one_in_twelve_fails_beside_a_standby_that_has_no_calls_of_its_own() {
        var calls = new AtomicInteger();
        var play = new Play(
                        route(List.of(a), List.of(b)),
                        (deployment, key, since) -> deployment.equals(a) && calls.incrementAndGet() % 12 == 0
                                ? Answer.bad(50, ERROR)
                                : Answer.good(50))
                .run(Duration.ofMinutes(2), 100);
        assertThat(play.asked(b, 0, 120).size()).isBetween(950, 1_000);
        assertThat(play.refused + play.failed).isZero();
    }

    @Test
    void one_in_five_fails_for_a_minute_beside_a_standby_that_has_no_calls_of_its_own() {
        var calls = new AtomicInteger();
        var play = new Play(
                        route(List.of(a), List.of(b)),
                        (deployment, key, since) ->
                                deployment.equals(a) && within(since, 0, 60) && calls.incrementAndGet() % 5 == 0
                                        ? Answer.bad(50, ERROR)
                                        : Answer.good(50))
                .run(Duration.ofMinutes(2), 100);
        assertThat(play.refused + play.failed).isZero();
        assertThat(play.asked(a, 10, 60).size()).as("of 5,000").isBetween(100, 500);
        assertThat(play.asked(a, 75, 120).size()).as("all of them").isEqualTo(4_500);
    }

    @Test
    void one_in_five_fails_and_another_model_takes_a_tenth_of_the_calls_and_few_more() {
        var calls = new AtomicInteger();
        var play = new Play(
                        new ModelRoute(
                                "public",
                                ModelKind.CHAT,
                                List.of(List.of(a), List.of(b)),
                                1,
                                RenderRules.DEFAULT,
                                ChatRules.DEFAULT,
                                ChooseBy.WEIGHTED),
                        (deployment, key, since) -> deployment.equals(a) && calls.incrementAndGet() % 5 == 0
                                ? Answer.bad(50, ERROR)
                                : Answer.good(50))
                .run(Duration.ofMinutes(2), 100);
        assertThat(play.asked(b, 10, 120).size()).isBetween(1_100, 1_450);
        assertThat(play.failed).isCloseTo(2_400 - play.asked(b, 0, 120).size(), Offset.offset(2));
    }

    @Test
    void all_nodes_down_then_back() {
        var play = new Play(
                        chosen(ChooseBy.WEIGHTED, a, b),
                        (deployment, key, since) -> within(since, 10, 20) ? Answer.bad(5, ERROR) : Answer.good(50))
                .run(Duration.ofSeconds(60), 100);
        // Down, they are asked by a few probes; whoever comes meanwhile is told at once.
        assertThat(play.asked(a, 11, 20).size() + play.asked(b, 11, 20).size()).isLessThan(30);
        assertThat(play.asked(a, 50, 60).size() + play.asked(b, 50, 60).size()).isEqualTo(1_000);
    }

    @Test
    void one_bad_key_of_three() {
        var three = deployment(provider("three", K1, K2, K3), "m");
        var play = new Play(
                        route(three),
                        (deployment, key, since) -> key.equals(K2) ? Answer.bad(5, INVALID_KEY) : Answer.good(50))
                .run(Duration.ofMinutes(11), 50);
        assertThat(play.failed + play.refused).isZero();
        // Those of the first moment, and a probe every five minutes.
        assertThat(play.byKey().get(K2)).isLessThanOrEqualTo(4);
        assertThat(play.byKey().get(K1)).isCloseTo(play.byKey().get(K3), Percentage.withPercentage(5));
    }

    @ParameterizedTest
    @EnumSource
    void flapping(ChooseBy by) {
        var play = new Play(
                        chosen(by, a, b),
                        (deployment, key, since) -> deployment.equals(a) && since.toSeconds() / 5 % 2 == 1
                                ? Answer.bad(5, ERROR)
                                : Answer.good(50))
                .run(Duration.ofMinutes(2), 100);
        assertThat(play.failed + play.refused).isZero();
        assertThat(play.asked.stream().filter(one -> !one.good()).count()).isLessThan(12_000 / 50);
    }

    @Test
    void one_model_of_a_provider_is_broken() {
        var broken = deployment(a.provider(), "broken");
        var play = new Play(
                        route(List.of(broken), List.of(a)),
                        (deployment, key, since) -> deployment.equals(broken) ? Answer.bad(5, ERROR) : Answer.good(50))
                .run(Duration.ofMinutes(1), 100);
        assertThat(play.failed + play.refused).isZero();
        assertThat(play.asked(broken, 0, 60).size()).isLessThan(40);
    }

    private static boolean within(Duration since, int from, int to) {
        return since.compareTo(Duration.ofSeconds(from)) >= 0 && since.compareTo(Duration.ofSeconds(to)) < 0;
    }
}
