package dev.millrace.routing;

import static dev.millrace.routing.Routing.INVALID_KEY;
import static dev.millrace.routing.Routing.K1;
import static dev.millrace.routing.Routing.K2;
import static dev.millrace.routing.Routing.K3;
import static dev.millrace.routing.Routing.NOT_ALLOWED;
import static dev.millrace.routing.Routing.NO_SUCH_MODEL;
import static dev.millrace.routing.Routing.SPENT;
import static dev.millrace.routing.Routing.TOO_OFTEN;
import static dev.millrace.routing.Routing.deployment;
import static dev.millrace.routing.Routing.failure;
import static dev.millrace.routing.Routing.pool;
import static dev.millrace.routing.Routing.provider;
import static dev.millrace.routing.Routing.route;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderKey;
import dev.millrace.routing.Router.Choice;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which keys rest, where, and how long.
@DisplayNameGeneration(ReplaceUnderscores.class)
class KeysTest {

    private static final Duration ASIDE = Duration.ofMinutes(5);

    private final Routing routing = new Routing();
    private final Router router = routing.router;
    private final Provider provider = provider("p", K1, K2);
    private final ModelRoute m = route(deployment(provider, "m"));
    private final ModelRoute other = route(deployment(provider, "other"));

    /// The keys that calls are made with now.
    private Set<ProviderKey> keys(ModelRoute route) {
        var keys = new HashSet<ProviderKey>();
        for (int i = 0; i < 20; i++) {
            if (routing.choose(route) instanceof Choice.Use use) {
                keys.add(use.key());
                router.released(use);
            }
        }
        return keys;
    }

    private void limit(ModelRoute route, ProviderKey key, Optional<Duration> retryAfter) {
        router.rateLimited(routing.use(route, key), TOO_OFTEN, retryAfter);
    }

    private Duration restOf(ModelRoute route) {
        return Duration.between(routing.clock.instant(), ((Choice.Resting) routing.choose(route)).until());
    }

    @Test
    void a_rate_limit_cools_that_key_at_that_model_for_as_long_as_was_asked() {
        limit(m, K1, Optional.of(Duration.ofSeconds(20)));
        assertThat(keys(m)).containsExactly(K2);
        assertThat(keys(other)).containsExactlyInAnyOrder(K1, K2);

        limit(m, K2, Optional.of(Duration.ofSeconds(30)));
        assertThat(restOf(m)).isEqualTo(Duration.ofSeconds(20));
        routing.clock.advance(Duration.ofSeconds(20));
        assertThat(keys(m)).containsExactly(K1);
    }

    @Test
    void keys_of_one_account_cool_together() {
        var shared = provider("shared", pool(100, Map.of(K1.ref(), "a", K2.ref(), "a", K3.ref(), "b")), K1, K2, K3);
        var route = route(deployment(shared, "m"));
        limit(route, K1, Optional.of(Duration.ofSeconds(20)));
        assertThat(keys(route)).containsExactly(K3);
    }

    @Test
    void a_rate_limit_without_a_wait_rests_longer_each_time_with_jitter_up_to_a_minute() {
        var one = route(deployment(provider("one", K1), "m"));
        var rests = new java.util.ArrayList<Duration>();
        for (int i = 0; i < 10; i++) {
            limit(one, K1, Optional.empty());
            rests.add(restOf(one));
            routing.clock.advance(restOf(one));
        }
        assertThat(rests.getFirst()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
        assertThat(rests.get(2)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
        assertThat(rests.getLast()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));
        assertThat(new HashSet<>(rests.subList(6, 10))).hasSize(4);
    }

    @Test
    void a_success_ends_the_growth() {
        var one = route(deployment(provider("one", K1), "m"));
        for (int i = 0; i < 5; i++) {
            limit(one, K1, Optional.empty());
            routing.clock.advance(restOf(one));
        }
        routing.recover(one);
        limit(one, K1, Optional.empty());
        assertThat(restOf(one)).isLessThanOrEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void a_shorter_rest_does_not_end_a_longer_one_and_a_longer_one_takes_its_place() {
        var one = route(deployment(provider("one", K1), "m"));
        var first = routing.use(one);
        var second = routing.use(one);
        var third = routing.use(one);
        router.rateLimited(first, TOO_OFTEN, Optional.of(Duration.ofSeconds(30)));
        router.rateLimited(second, TOO_OFTEN, Optional.of(Duration.ofSeconds(10)));
        assertThat(restOf(one)).isEqualTo(Duration.ofSeconds(30));
        router.rateLimited(third, TOO_OFTEN, Optional.of(Duration.ofSeconds(60)));
        assertThat(restOf(one)).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void nobody_rests_longer_than_an_hour_whatever_is_asked() {
        var one = route(deployment(provider("one", K1), "m"));
        limit(one, K1, Optional.of(Duration.ofDays(7)));
        assertThat(restOf(one)).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void a_rate_limit_counts_against_neither_the_model_nor_the_provider() {
        for (int i = 0; i < 50; i++) {
            limit(m, K1, Optional.of(Duration.ofMillis(1)));
            routing.clock.advance(Duration.ofMillis(500));
        }
        assertThat(keys(m)).contains(K2);
        assertThat(keys(other)).containsExactlyInAnyOrder(K1, K2);
    }

    @Test
    void an_invalid_key_is_set_aside_at_all_models_of_its_provider_and_rests_nobody_else() {
        var elsewhere = route(deployment(provider("elsewhere", K1), "m"));
        router.failed(routing.use(m, K1), INVALID_KEY);
        assertThat(keys(m)).containsExactly(K2);
        assertThat(keys(other)).containsExactly(K2);
        assertThat(keys(elsewhere)).containsExactly(K1);
    }

    @Test
    void a_key_that_is_set_aside_is_tried_again_with_one_call() {
        router.failed(routing.use(m, K1), INVALID_KEY);
        routing.clock.advance(ASIDE);
        var probe = routing.use(m, K1);
        assertThat(keys(m)).containsExactly(K2);
        router.failed(probe, INVALID_KEY);
        routing.clock.advance(ASIDE.minusMillis(1));
        assertThat(keys(m)).containsExactly(K2);
        routing.clock.advance(Duration.ofMillis(1));
        router.succeeded(routing.use(m, K1), 1, Routing.MOMENT);
        assertThat(keys(m)).containsExactlyInAnyOrder(K1, K2);
    }

    @Test
    void an_invalid_key_does_not_set_its_account_aside_and_a_spent_quota_does() {
        var shared = provider("shared", pool(100, Map.of(K1.ref(), "a", K2.ref(), "a", K3.ref(), "b")), K1, K2, K3);
        var route = route(deployment(shared, "m"));
        var second = route(deployment(shared, "second"));
        router.failed(routing.use(route, K1), INVALID_KEY);
        assertThat(keys(second)).containsExactlyInAnyOrder(K2, K3);
        router.failed(routing.use(route, K2), SPENT);
        assertThat(keys(route)).containsExactly(K3);
        assertThat(keys(second)).containsExactly(K3);
    }

    @Test
    void a_provider_whose_only_key_is_bad_rests_until_the_key_is_tried_again() {
        var one = route(deployment(provider("one", K1), "m"));
        router.failed(routing.use(one), INVALID_KEY);
        assertThat(restOf(one)).isEqualTo(ASIDE);
    }

    @Test
    void a_missing_model_concerns_that_key_and_that_model_only() {
        router.failed(routing.use(m, K1), NO_SUCH_MODEL);
        assertThat(keys(m)).containsExactly(K2);
        assertThat(keys(other)).containsExactlyInAnyOrder(K1, K2);
        router.failed(routing.use(m, K2), NO_SUCH_MODEL);
        assertThat(restOf(m)).isEqualTo(ASIDE);
        assertThat(keys(other)).containsExactlyInAnyOrder(K1, K2);
    }

    @Test
    void keys_that_are_refused_close_no_provider() {
        for (int i = 0; i < 100; i++) {
            router.failed(routing.use(route(deployment(provider, "m" + i)), K1), NO_SUCH_MODEL);
        }
        assertThat(keys(other)).containsExactlyInAnyOrder(K1, K2);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 200})
    void that_a_model_is_not_there_may_be_told_with_any_status(int status) {
        router.failed(routing.use(m, K1), failure(Scope.MODEL, "model_unavailable", "model_not_found", status));
        assertThat(keys(m)).containsExactly(K2);
    }

    @ParameterizedTest
    @CsvSource({"400, model_unavailable", "429, quota_exhausted"})
    void a_region_or_a_days_quota_at_one_model_rests_that_key_there_and_closes_nothing(int status, String kind) {
        router.failed(routing.use(m, K1), failure(Scope.MODEL, kind, status));
        assertThat(keys(m)).containsExactly(K2);
        for (int i = 0; i < 100; i++) {
            router.failed(routing.use(route(deployment(provider, "m" + i)), K1), failure(Scope.MODEL, kind, status));
        }
        assertThat(keys(other)).containsExactlyInAnyOrder(K1, K2);
    }

    @Test
    void a_name_without_a_route_sets_nothing_aside_so_that_each_call_hears_the_providers_own_word() {
        var unrouted = route(Deployment.unrouted(provider, "made-up"));
        for (int i = 0; i < 50; i++) {
            routing.fail(unrouted, NO_SUCH_MODEL);
            routing.fail(unrouted, NOT_ALLOWED);
        }
        assertThat(keys(unrouted)).containsExactlyInAnyOrder(K1, K2);
        assertThat(keys(other)).containsExactlyInAnyOrder(K1, K2);
    }

    @Test
    void a_name_without_a_route_does_not_rest_for_a_route_to_the_same_model() {
        router.failed(routing.use(m, K1), NO_SUCH_MODEL);
        router.failed(routing.use(m, K2), NO_SUCH_MODEL);
        assertThat(keys(route(Deployment.unrouted(provider, "m")))).containsExactlyInAnyOrder(K1, K2);
    }

    @Test
    void a_key_that_a_call_has_asked_with_is_not_taken_again_and_after_the_last_the_deployment_is_as_tried() {
        var deployment = m.tiers().getFirst().getFirst();
        for (int i = 0; i < 10; i++) {
            var use = (Choice.Use) router.choose(m, Set.of(), Set.of(new Called(deployment, K1.ref())));
            assertThat(use.key()).isEqualTo(K2);
        }
        assertThat(router.choose(
                        m, Set.of(), Set.of(new Called(deployment, K1.ref()), new Called(deployment, K2.ref()))))
                .isEqualTo(new Choice.Exhausted());
        assertThat(router.choose(other, Set.of(), Set.of(new Called(deployment, K1.ref()))))
                .as("at another model")
                .isInstanceOf(Choice.Use.class);
    }

    private Rest why(ModelRoute route) {
        return ((Choice.Resting) routing.choose(route)).why();
    }

    @Test
    void those_that_rest_say_why() {
        limit(m, K1, Optional.of(Duration.ofSeconds(20)));
        limit(m, K2, Optional.of(Duration.ofSeconds(20)));
        assertThat(why(m)).isEqualTo(Rest.RATE_LIMIT);

        router.failed(routing.use(other, K1), NO_SUCH_MODEL);
        router.failed(routing.use(other, K2), NO_SUCH_MODEL);
        assertThat(why(other)).isEqualTo(Rest.NO_SUCH_MODEL);

        var third = route(deployment(provider, "third"));
        router.failed(routing.use(third, K1), NO_SUCH_MODEL);
        router.failed(routing.use(third, K2), NOT_ALLOWED);
        assertThat(why(third)).as("one is not allowed to").isEqualTo(Rest.OTHER);

        router.failed(routing.use(route(deployment(provider, "fourth")), K1), INVALID_KEY);
        assertThat(why(m)).as("one is no good key any more").isEqualTo(Rest.OTHER);
    }

    @Test
    void of_several_deployments_each_must_be_at_its_rate_limit_and_one_without_the_model_does_not_count() {
        var a = deployment(provider("a", K1), "m");
        var b = deployment(provider("b", K1), "m");
        var c = deployment(provider("c", K1), "m");
        limit(route(a), K1, Optional.of(Duration.ofSeconds(1)));
        router.failed(routing.use(route(b)), NO_SUCH_MODEL);
        routing.fail(route(c), Routing.ERROR, 5);
        assertThat(why(route(List.of(a), List.of(b)))).isEqualTo(Rest.RATE_LIMIT);
        assertThat(why(route(List.of(a), List.of(c)))).isEqualTo(Rest.OTHER);
        assertThat(why(route(List.of(b), List.of(c)))).isEqualTo(Rest.OTHER);
    }

    @Test
    void a_cooled_account_that_is_being_probed_is_still_at_its_rate_limit() {
        var one = route(deployment(provider("one", K1), "m"));
        limit(one, K1, Optional.of(Duration.ofSeconds(20)));
        routing.clock.advance(Duration.ofSeconds(20));
        for (int i = 0; i < 3; i++) {
            routing.use(one);
        }
        assertThat(why(one)).isEqualTo(Rest.RATE_LIMIT);
    }

    /// When a call gives its place back, its model's name may be forgotten at once, in favour of others'.
    @Test
    void a_name_that_is_forgotten_while_its_failure_is_learnt_breaks_nothing() {
        var limited = provider("limited", new KeyPool(Map.of(), 100, 1, 0, ASIDE), K1, K2);
        var gate = new Forgetful();
        var forgetful =
                new Router(routing.clock, new java.util.SplittableRandom(3), gate, (breaker, open, until) -> {});
        gate.router = forgetful;
        var use = (Choice.Use) forgetful.choose(route(deployment(limited, "often")), Set.of());
        forgetful.rateLimited(use, TOO_OFTEN, Optional.empty());
        for (var failure : List.of(NO_SUCH_MODEL, INVALID_KEY, SPENT)) {
            var another = (Choice.Use) forgetful.choose(route(deployment(limited, failure.kind())), Set.of());
            forgetful.failed(another, failure);
        }
        assertThat(gate.forgotten).isEqualTo(4);
    }

    /// Has others call thousands of names just when a call has ended.
    private static final class Forgetful implements RateGate {
        private @Nullable Router router;
        private int forgotten;

        @Override
        public boolean limits(KeyPool pool) {
            return pool.requestsPerMinute() > 0;
        }

        @Override
        public long backAt(Deployment deployment, String account, Need need, long now) {
            return 0;
        }

        @Override
        public long take(Deployment deployment, String account, Need need, long now) {
            return 0;
        }

        @Override
        public void used(Deployment deployment, String account, Place place, long tokens) {
            var states = requireNonNull(router).states();
            var elsewhere = provider("elsewhere", K1);
            for (int i = 0; i <= 5_000; i++) {
                states.of(deployment(elsewhere, "made-up-" + forgotten + "-" + i));
            }
            assertThat(states.deployments()).doesNotContain(requireNonNull(place.at()));
            forgotten++;
        }

        @Override
        public void returned(Deployment deployment, String account, Place place) {}

        @Override
        public void expect(Provider provider, String account) {}
    }
}
