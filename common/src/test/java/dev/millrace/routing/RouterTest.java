package dev.millrace.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.access.Secret;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderType;
import dev.millrace.routing.Router.Choice;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RouterTest {

    private static final ProviderKey K1 = key("k1");
    private static final ProviderKey K2 = key("k2");

    private final MutableClock clock = new MutableClock();
    private final Router router = new Router(clock, new SplittableRandom(5));

    private static ProviderKey key(String secret) {
        return ProviderKey.of(new Secret(secret));
    }

    private static Provider provider(String name, ProviderKey... keys) {
        return new Provider(
                name, ProviderType.OPENAI, URI.create("https://" + name + ".example/v1"), Arrays.asList(keys));
    }

    private static Deployment deployment(Provider provider, String model) {
        return new Deployment(provider, model, 1);
    }

    @SafeVarargs
    private static ModelRoute route(List<Deployment>... tiers) {
        return new ModelRoute("public", ModelKind.CHAT, List.of(tiers));
    }

    private static Failure failure(Scope scope) {
        return new Failure(scope, "kind", null, "message", Optional.empty(), Optional.of(500), Optional.empty());
    }

    private Choice choose(ModelRoute route, Deployment... tried) {
        return router.choose(route, Set.of(tried));
    }

    private void isUsed(ModelRoute route, Deployment deployment, ProviderKey key) {
        for (int i = 0; i < 20; i++) {
            assertThat(choose(route)).isEqualTo(new Choice.Use(deployment, key));
        }
    }

    private void restsFor(ModelRoute route, Duration rest) {
        assertThat(choose(route)).isEqualTo(new Choice.Resting(clock.instant().plus(rest)));
    }

    /// How often each deployment and each key is chosen in many choices.
    private Map<Object, Integer> shares(ModelRoute route, int choices) {
        var shares = new HashMap<Object, Integer>();
        for (int i = 0; i < choices; i++) {
            var use = (Choice.Use) choose(route);
            shares.merge(use.deployment(), 1, Integer::sum);
            shares.merge(use.key(), 1, Integer::sum);
        }
        return shares;
    }

    @Test
    void deployments_of_a_tier_share_by_weight() {
        var a = new Deployment(provider("a", K1), "m", 3);
        var b = new Deployment(provider("b", K2), "m", 1);
        var shares = shares(route(List.of(a, b)), 10_000);
        assertThat(shares.get(a)).isCloseTo(7_500, within(200));
        assertThat(shares.get(b)).isCloseTo(2_500, within(200));
    }

    @Test
    void those_that_are_left_share_by_weight_while_one_rests() {
        var a = new Deployment(provider("a", K1), "m", 6);
        var b = new Deployment(provider("b", K1), "m", 3);
        var c = new Deployment(provider("c", K1), "m", 1);
        router.failed(new Choice.Use(a, K1), failure(Scope.PROVIDER));
        var shares = shares(route(List.of(a, b, c)), 10_000);
        assertThat(shares).doesNotContainKey(a);
        assertThat(shares.get(b)).isCloseTo(7_500, within(200));
    }

    @Test
    void the_keys_of_a_provider_take_turns() {
        var a = deployment(provider("a", K1, K2), "m");
        var shares = shares(route(List.of(a)), 10_000);
        assertThat(shares.get(K1)).isCloseTo(5_000, within(200));
        assertThat(shares.get(K2)).isCloseTo(5_000, within(200));
    }

    @Test
    void a_fallback_is_used_only_when_none_of_the_tier_before_it_can_serve() {
        var a = deployment(provider("a", K1), "m");
        var b = deployment(provider("b", K1), "m");
        var c = deployment(provider("c", K1), "other");
        var route = route(List.of(a, b), List.of(c));
        router.failed(new Choice.Use(a, K1), failure(Scope.PROVIDER));
        isUsed(route, b, K1);
        assertThat(choose(route, b)).isEqualTo(new Choice.Use(c, K1));
        router.failed(new Choice.Use(b, K1), failure(Scope.PROVIDER));
        isUsed(route, c, K1);
        clock.advance(Duration.ofSeconds(1));
        assertThat(choose(route, a)).isEqualTo(new Choice.Use(b, K1));
    }

    @Test
    void what_was_tried_is_not_tried_again_and_after_the_last_the_route_is_exhausted() {
        var a = deployment(provider("a", K1), "m");
        var b = deployment(provider("b", K1), "m");
        assertThat(choose(route(List.of(a), List.of(b)), a)).isEqualTo(new Choice.Use(b, K1));
        assertThat(choose(route(List.of(a), List.of(b)), a, b)).isEqualTo(new Choice.Exhausted());
    }

    @Test
    void a_route_whose_untried_deployments_rest_tells_when_the_first_is_back() {
        var a = deployment(provider("a", K1), "m");
        var b = deployment(provider("b", K1), "m");
        var c = deployment(provider("c", K1), "m");
        router.rateLimited(new Choice.Use(a, K1), failure(Scope.KEY), Optional.of(Duration.ofSeconds(30)));
        router.rateLimited(new Choice.Use(b, K1), failure(Scope.KEY), Optional.of(Duration.ofSeconds(20)));
        router.rateLimited(new Choice.Use(c, K1), failure(Scope.KEY), Optional.of(Duration.ofSeconds(10)));
        var route = route(List.of(a, b), List.of(c));
        restsFor(route, Duration.ofSeconds(10));
        assertThat(choose(route, c))
                .isEqualTo(new Choice.Resting(clock.instant().plusSeconds(20)));
        assertThat(choose(route, b, c))
                .isEqualTo(new Choice.Resting(clock.instant().plusSeconds(30)));
    }

    @Test
    void a_rate_limit_rests_that_key_at_that_model_for_as_long_as_was_asked() {
        var provider = provider("a", K1, K2);
        var m = deployment(provider, "m");
        var other = deployment(provider, "other");
        router.rateLimited(new Choice.Use(m, K1), failure(Scope.KEY), Optional.of(Duration.ofSeconds(20)));
        isUsed(route(List.of(m)), m, K2);
        assertThat(shares(route(List.of(other)), 100)).containsKeys(K1, K2);

        router.rateLimited(new Choice.Use(m, K2), failure(Scope.KEY), Optional.of(Duration.ofSeconds(30)));
        restsFor(route(List.of(m)), Duration.ofSeconds(20));
        clock.advance(Duration.ofSeconds(20));
        isUsed(route(List.of(m)), m, K1);
    }

    @Test
    void a_rate_limit_without_a_wait_rests_for_five_seconds() {
        var a = deployment(provider("a", K1), "m");
        router.rateLimited(new Choice.Use(a, K1), failure(Scope.KEY), Optional.empty());
        restsFor(route(List.of(a)), Duration.ofSeconds(5));
    }

    @Test
    void a_bad_key_is_set_aside_at_all_models_of_its_provider_and_rests_nobody_else() {
        var provider = provider("a", K1, K2);
        var m = deployment(provider, "m");
        var other = deployment(provider, "other");
        var elsewhere = deployment(provider("b", K1), "m");
        router.failed(new Choice.Use(m, K1), failure(Scope.KEY));
        isUsed(route(List.of(m)), m, K2);
        isUsed(route(List.of(other)), other, K2);
        isUsed(route(List.of(elsewhere)), elsewhere, K1);
        clock.advance(Duration.ofMinutes(5));
        assertThat(shares(route(List.of(m)), 100)).containsKeys(K1, K2);
    }

    @Test
    void a_provider_whose_only_key_is_bad_rests_until_the_key_is_tried_again() {
        var a = deployment(provider("a", K1), "m");
        router.failed(new Choice.Use(a, K1), failure(Scope.KEY));
        restsFor(route(List.of(a)), Duration.ofMinutes(5));
    }

    @Test
    void a_missing_model_concerns_that_key_and_that_model_only() {
        var provider = provider("a", K1, K2);
        var m = deployment(provider, "m");
        var other = deployment(provider, "other");
        router.failed(new Choice.Use(m, K1), failure(Scope.MODEL));
        isUsed(route(List.of(m)), m, K2);
        assertThat(shares(route(List.of(other)), 100)).containsKeys(K1, K2);
        router.failed(new Choice.Use(m, K2), failure(Scope.MODEL));
        restsFor(route(List.of(m)), Duration.ofMinutes(5));
    }

    @Test
    void an_error_of_the_provider_rests_that_deployment_for_a_moment_whatever_the_key() {
        var provider = provider("a", K1, K2);
        var m = deployment(provider, "m");
        var other = deployment(provider, "other");
        router.failed(new Choice.Use(m, K1), failure(Scope.PROVIDER));
        restsFor(route(List.of(m)), Duration.ofSeconds(1));
        assertThat(shares(route(List.of(other)), 100)).containsKeys(K1, K2);
        clock.advance(Duration.ofSeconds(1));
        assertThat(shares(route(List.of(m)), 100)).containsKeys(K1, K2);
    }

    @Test
    void the_requests_own_fault_rests_nobody() {
        var a = deployment(provider("a", K1), "m");
        router.failed(new Choice.Use(a, K1), failure(Scope.REQUEST));
        isUsed(route(List.of(a)), a, K1);
    }

    @Test
    void a_success_ends_the_rest_of_the_deployment_and_not_that_of_a_key() {
        var a = deployment(provider("a", K1, K2), "m");
        router.failed(new Choice.Use(a, K1), failure(Scope.PROVIDER));
        router.failed(new Choice.Use(a, K1), failure(Scope.KEY));
        router.succeeded(new Choice.Use(a, K1), 0, Duration.ZERO);
        isUsed(route(List.of(a)), a, K2);
    }

    @Test
    void a_shorter_rest_does_not_end_a_longer_one_and_a_longer_one_takes_its_place() {
        var a = deployment(provider("a", K1), "m");
        router.rateLimited(new Choice.Use(a, K1), failure(Scope.KEY), Optional.of(Duration.ofSeconds(30)));
        router.rateLimited(new Choice.Use(a, K1), failure(Scope.KEY), Optional.of(Duration.ofSeconds(10)));
        restsFor(route(List.of(a)), Duration.ofSeconds(30));
        router.rateLimited(new Choice.Use(a, K1), failure(Scope.KEY), Optional.of(Duration.ofSeconds(60)));
        restsFor(route(List.of(a)), Duration.ofSeconds(60));
    }

    @Test
    void a_deployment_is_back_when_its_last_rest_is_over_and_not_when_its_first_is() {
        var a = deployment(provider("a", K1), "m");
        router.failed(new Choice.Use(a, K1), failure(Scope.PROVIDER));
        router.rateLimited(new Choice.Use(a, K1), failure(Scope.KEY), Optional.of(Duration.ofSeconds(30)));
        restsFor(route(List.of(a)), Duration.ofSeconds(30));
    }

    @Test
    void a_key_that_begins_to_rest_while_it_is_being_chosen_breaks_no_choice() {
        var a = deployment(provider("a", K1), "m");
        var meanwhile = new ArrayList<Runnable>();
        var router = new Router(clock, new RandomGenerator() {
            @Override
            public int nextInt(int bound) {
                assertThat(bound).isPositive();
                meanwhile.forEach(Runnable::run);
                return 0;
            }

            @Override
            public long nextLong() {
                return 0;
            }
        });
        meanwhile.add(() -> router.rateLimited(new Choice.Use(a, K1), failure(Scope.KEY), Optional.empty()));
        assertThat(router.choose(route(List.of(a)), Set.of())).isEqualTo(new Choice.Use(a, K1));
        assertThat(router.choose(route(List.of(a)), Set.of())).isInstanceOf(Choice.Resting.class);
    }
}
