package dev.millrace.routing;

import static dev.millrace.routing.Routing.INVALID_KEY;
import static dev.millrace.routing.Routing.K1;
import static dev.millrace.routing.Routing.K2;
import static dev.millrace.routing.Routing.K3;
import static dev.millrace.routing.Routing.NO_SUCH_MODEL;
import static dev.millrace.routing.Routing.SPENT;
import static dev.millrace.routing.Routing.TOO_OFTEN;
import static dev.millrace.routing.Routing.deployment;
import static dev.millrace.routing.Routing.pool;
import static dev.millrace.routing.Routing.provider;
import static dev.millrace.routing.Routing.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.ProviderKey;
import dev.millrace.routing.Router.Choice;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

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
}
