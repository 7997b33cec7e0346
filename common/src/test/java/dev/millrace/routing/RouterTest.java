package dev.millrace.routing;

import static dev.millrace.routing.Routing.ERROR;
import static dev.millrace.routing.Routing.K1;
import static dev.millrace.routing.Routing.K2;
import static dev.millrace.routing.Routing.MODEL_ERROR;
import static dev.millrace.routing.Routing.MOMENT;
import static dev.millrace.routing.Routing.chosen;
import static dev.millrace.routing.Routing.deployment;
import static dev.millrace.routing.Routing.pool;
import static dev.millrace.routing.Routing.provider;
import static dev.millrace.routing.Routing.route;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.provider.Traits;
import dev.millrace.routing.Router.Choice;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Which deployment comes next, and what a call holds until it ends.
@DisplayNameGeneration(ReplaceUnderscores.class)
class RouterTest {

    private final Routing routing = new Routing();
    private final Router router = routing.router;
    private final Deployment a = deployment(provider("a", K1), "m");
    private final Deployment b = deployment(provider("b", K1), "m");
    private final Deployment c = deployment(provider("c", K1), "other");

    /// How often each deployment and each key is chosen in many calls, each ended before the next.
    private Map<Object, Integer> shares(ModelRoute route, int calls) {
        var shares = new HashMap<Object, Integer>();
        for (int i = 0; i < calls; i++) {
            var use = routing.use(route);
            shares.merge(use.deployment(), 1, Integer::sum);
            shares.merge(use.key(), 1, Integer::sum);
            router.released(use);
        }
        return shares;
    }

    @Test
    void deployments_of_a_tier_share_by_weight() {
        var three = new Deployment(provider("a", K1), "m", 3);
        var shares = shares(route(List.of(three, b)), 10_000);
        assertThat(shares.get(three)).isCloseTo(7_500, within(200));
        assertThat(shares.get(b)).isCloseTo(2_500, within(200));
    }

    @Test
    void those_that_are_left_share_by_weight_while_one_rests() {
        var six = new Deployment(provider("six", K1), "m", 6);
        var three = new Deployment(provider("three", K1), "m", 3);
        routing.fail(route(six), ERROR, 5);
        var shares = shares(route(List.of(six, three, b)), 10_000);
        assertThat(shares).doesNotContainKey(six);
        assertThat(shares.get(three)).isCloseTo(7_500, within(200));
    }

    @Test
    void the_keys_of_a_provider_take_turns() {
        var shares = shares(route(deployment(provider("two", K1, K2), "m")), 10_000);
        assertThat(shares.get(K1)).isEqualTo(5_000);
        assertThat(shares.get(K2)).isEqualTo(5_000);
    }

    @Test
    void a_fallback_is_used_only_when_none_of_the_tier_before_it_can_serve() {
        var route = route(List.of(a, b), List.of(c));
        routing.fail(route(a), ERROR, 5);
        assertThat(shares(route, 20)).containsOnlyKeys(b, K1);
        routing.fail(route(b), ERROR, 5);
        assertThat(shares(route, 20)).containsOnlyKeys(c, K1);
        routing.recover(route(a));
        assertThat(shares(route, 20)).containsKey(a);
    }

    @Test
    void what_was_tried_is_not_tried_again_and_after_the_last_the_route_is_exhausted() {
        var route = route(List.of(a), List.of(b));
        assertThat(routing.use(route, a).deployment()).isEqualTo(b);
        assertThat(routing.choose(route, a, b)).isEqualTo(new Choice.Exhausted());
        assertThat(router.exhausted(route, Set.of(a, b))).isTrue();
        assertThat(router.exhausted(route, Set.of(b))).isFalse();
    }

    @Test
    void a_route_whose_untried_deployments_rest_tells_when_the_first_is_back() {
        rest(a, 30);
        rest(b, 20);
        rest(c, 10);
        var route = route(List.of(a, b), List.of(c));
        assertThat(routing.choose(route)).isEqualTo(restingFor(10));
        assertThat(routing.choose(route, c)).isEqualTo(restingFor(20));
        assertThat(routing.choose(route, b, c)).isEqualTo(restingFor(30));
    }

    private void rest(Deployment deployment, int seconds) {
        router.rateLimited(routing.use(route(deployment)), Routing.TOO_OFTEN, Optional.of(Duration.ofSeconds(seconds)));
    }

    private Choice restingFor(int seconds) {
        return new Choice.Resting(routing.clock.instant().plusSeconds(seconds), Rest.RATE_LIMIT);
    }

    @Test
    void a_question_takes_no_place() {
        var one = deployment(provider("one", pool(1, Map.of()), K1), "m");
        for (int i = 0; i < 10; i++) {
            assertThat(router.ready(route(one), Set.of())).isTrue();
        }
        routing.use(route(one));
        assertThat(router.ready(route(one), Set.of())).isFalse();
    }

    @Test
    void a_provider_holds_so_many_calls_at_once_and_is_then_passed_by() {
        var two = deployment(provider("two", pool(2, Map.of()), K1), "m");
        var sibling = deployment(two.provider(), "sibling");
        var first = routing.use(route(two));
        routing.use(route(sibling));
        assertThat(routing.use(route(List.of(two), List.of(b))).deployment()).isEqualTo(b);
        assertThat(routing.choose(route(two)))
                .isEqualTo(new Choice.Resting(routing.clock.instant().plusMillis(100), Rest.OTHER));
        router.succeeded(first, 1, MOMENT);
        assertThat(routing.use(route(two)).deployment()).isEqualTo(two);
    }

    @Test
    void models_that_hang_leave_their_provider_places_for_its_others() {
        var shared = provider("shared", pool(100, Map.of()), K1);
        var slow = deployment(shared, "slow");
        var slower = deployment(shared, "slower");
        var quick = deployment(shared, "quick");
        routing.fill(route(quick), 1).forEach(router::released);

        assertThat(routing.fill(route(slow), 200)).as("eight ninths").hasSize(89);
        assertThat(routing.choose(route(slow))).isInstanceOf(Choice.Resting.class);
        assertThat(routing.fill(route(slower), 200)).hasSize(10);
        assertThat(routing.use(route(quick)).deployment()).isEqualTo(quick);
    }

    @Test
    void the_only_model_of_a_provider_has_all_its_places() {
        var only = deployment(provider("sole", pool(100, Map.of()), K1), "only");
        assertThat(routing.fill(route(only), 200)).hasSize(100);
    }

    @Test
    void a_place_is_given_back_once_however_often_a_call_is_ended() {
        var one = deployment(provider("one", pool(1, Map.of()), K1), "m");
        var first = routing.use(route(one));
        router.succeeded(first, 1, MOMENT);
        router.released(first);
        router.failed(first, ERROR);
        router.rateLimited(first, Routing.TOO_OFTEN, Optional.empty());
        routing.use(route(one));
        assertThat(routing.choose(route(one))).isInstanceOf(Choice.Resting.class);
    }

    @Test
    void a_place_is_given_back_by_every_end() {
        var one = deployment(provider("one", pool(1, Map.of()), K1, K2), "m");
        router.released(routing.use(route(one)));
        router.failed(routing.use(route(one)), ERROR);
        router.failed(routing.use(route(one)), MODEL_ERROR);
        router.failed(routing.use(route(one)), Routing.failure(dev.millrace.provider.Failure.Scope.REQUEST, "x", 400));
        router.rateLimited(routing.use(route(one)), Routing.TOO_OFTEN, Optional.empty());
        router.succeeded(routing.use(route(one)), 1, MOMENT);
        assertThat(routing.use(route(one)).deployment()).isEqualTo(one);
    }

    @Test
    void a_weighted_draw_passes_by_a_deployment_where_calls_pile_up() {
        var route = route(List.of(a, b));
        var hanging = new ArrayList<Choice.Use>();
        for (int i = 0; i < 1_000; i++) {
            var use = routing.use(route);
            if (use.deployment().equals(a)) {
                hanging.add(use);
            } else {
                router.succeeded(use, 1, MOMENT);
            }
        }
        assertThat(hanging).hasSize(16);
    }

    @Test
    void least_outstanding_prefers_the_idlest_for_its_weight() {
        var three = new Deployment(provider("a", K1), "m", 3);
        var route = chosen(ChooseBy.LEAST_OUTSTANDING, three, b);
        for (int i = 0; i < 40; i++) {
            routing.use(route);
        }
        assertThat(router.states().of(three).load().outstanding()).isCloseTo(30, within(2));
        assertThat(router.states().of(b).load().outstanding()).isCloseTo(10, within(2));
    }

    @Test
    void lowest_latency_prefers_the_faster_and_finds_out_when_it_slows_down() {
        var route = chosen(ChooseBy.LOWEST_LATENCY, a, b);
        assertThat(calls(route, Map.of(a, 300, b, 30), 1_000).get(b)).isGreaterThan(900);
        assertThat(calls(route, Map.of(a, 30, b, 600), 1_000).get(a)).isGreaterThan(900);
    }

    /// Plays calls that take so many milliseconds, one after the other.
    private Map<Deployment, Integer> calls(ModelRoute route, Map<Deployment, Integer> millis, int calls) {
        var counts = new HashMap<Deployment, Integer>();
        for (int i = 0; i < calls; i++) {
            var use = routing.use(route);
            counts.merge(use.deployment(), 1, Integer::sum);
            var took = Duration.ofMillis(requireNonNull(millis.get(use.deployment())));
            routing.clock.advance(took);
            router.succeeded(use, 1, took);
        }
        return counts;
    }

    @Test
    void a_failure_that_comes_fast_is_no_low_latency() {
        var route = chosen(ChooseBy.LOWEST_LATENCY, a, b);
        router.failed(routing.use(route(a)), ERROR);
        router.succeeded(routing.use(route(b)), 1, Duration.ofMillis(800));
        for (int i = 0; i < 20; i++) {
            var use = routing.use(route);
            assertThat(use.deployment()).isEqualTo(b);
            router.released(use);
        }
    }

    @Test
    void after_a_context_that_was_too_long_only_those_with_a_larger_one_follow() {
        var small = context("small", 8_000);
        var same = context("same", 8_000);
        var unknown = context("unknown", 0);
        var large = context("large", 100_000);
        var route = route(List.of(small, same, unknown), List.of(large));
        assertThat(router.tooSmall(route, small)).containsExactlyInAnyOrder(small, same, unknown);
        assertThat(router.tooSmall(route, large)).containsExactlyInAnyOrder(small, same, unknown, large);
        assertThat(router.tooSmall(route, unknown)).containsExactlyInAnyOrder(unknown);
    }

    private static Deployment context(String model, int context) {
        return new Deployment(provider("p", K1), model, 1, context, Traits.NONE);
    }

    @Test
    void a_deployment_leaves_the_chain_on_the_day_of_its_shutdown() {
        var retiring =
                new Deployment(provider("old", K1), "m", 1, 0, Traits.NONE, Optional.of(LocalDate.parse("2026-11-26")));
        var route = route(List.of(retiring), List.of(b));
        assertThat(routing.use(route).deployment()).isEqualTo(retiring);
        routing.clock.advance(Duration.ofHours(35));
        assertThat(routing.use(route).deployment()).isEqualTo(retiring);
        routing.clock.advance(Duration.ofHours(1));
        assertThat(routing.use(route).deployment()).isEqualTo(b);
        assertThat(routing.choose(route(retiring))).isEqualTo(new Choice.Exhausted());
    }

    @Test
    void of_the_names_that_callers_make_up_only_so_many_are_remembered_and_what_is_configured_is_kept() {
        router.states().of(a).keep();
        var underWay = routing.use(route(b));
        for (int i = 0; i < 12_000; i++) {
            routing.fail(route(deployment(c.provider(), "made-up-" + i)), Routing.NO_SUCH_MODEL);
        }
        assertThat(router.states().deployments())
                .hasSizeLessThanOrEqualTo(5_000)
                .contains(router.states().of(a), router.states().of(underWay.deployment()));
    }

    private ModelRoute hedged() {
        var rules = ChatRules.DEFAULT;
        var hedged = new ChatRules(
                rules.connect(),
                rules.firstToken(),
                rules.gap(),
                rules.whole(),
                rules.total(),
                rules.pingAfter(),
                rules.drop(),
                null,
                true);
        return new ModelRoute("public", ModelKind.CHAT, List.of(List.of(a)), RenderRules.DEFAULT, hedged);
    }

    @Test
    void a_second_deployment_is_asked_after_the_observed_p95_and_only_where_the_model_says_so() {
        var route = hedged();
        for (int i = 1; i <= 100; i++) {
            assertThat(i <= 20 ? router.hedgeAfter(route, a, true) : Optional.empty())
                    .isEmpty();
            routing.clock.advance(Duration.ofSeconds(1));
            var use = routing.use(route);
            router.answering(use, Duration.ofMillis(i * 10));
            router.succeeded(use, 1, Duration.ofMinutes(1));
        }
        assertThat(router.hedgeAfter(route, a, true)).hasValue(Duration.ofMillis(950));
        assertThat(router.hedgeAfter(route(a), a, true)).isEmpty();
        for (var kind : ModelKind.values()) {
            var other = new ModelRoute("public", kind, route.tiers(), RenderRules.DEFAULT, route.chat());
            assertThat(router.hedgeAfter(other, a, true).isPresent()).isEqualTo(kind == ModelKind.CHAT);
        }
        assertThat(router.hedgeAfter(route, a, false))
                .as("first tokens say nothing of whole answers")
                .isEmpty();
    }

    @Test
    void a_call_that_was_outrun_counts_for_the_p95_where_it_took_longer_and_not_for_a_breaker() {
        var route = hedged();
        for (int i = 0; i < 128; i++) {
            router.succeeded(routing.use(route), 1, Duration.ofMillis(100));
        }
        routing.clock.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 128; i++) {
            router.outrun(routing.use(route), false, Duration.ofMillis(50));
        }
        assertThat(router.hedgeAfter(route, a, false))
                .as("less than the p95 may be anything")
                .hasValue(Duration.ofMillis(100));
        for (int i = 0; i < 10; i++) {
            routing.clock.advance(Duration.ofSeconds(1));
            router.outrun(routing.use(route), false, Duration.ofMillis(300));
        }
        assertThat(router.hedgeAfter(route, a, false)).hasValue(Duration.ofMillis(300));
        assertThat(router.states().of(a).load().outstanding()).isZero();
        assertThat(router.states().of(a).breaker().isClosed()).isTrue();
    }
}
