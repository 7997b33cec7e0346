package dev.millrace.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.provider.ProviderType;
import dev.millrace.routing.ModelSettings.DeploymentSettings;
import jakarta.validation.Validation;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RoutingSettingsTest {

    private static <T> T bind(Class<T> type, Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("x", Bindable.of(type));
    }

    @Test
    void all_attempts_of_a_call_end_within_9_minutes_and_its_caller_hears_after_15_seconds_unless_it_is_set() {
        var rules = bind(ChatRules.class, Map.of());
        assertThat(rules.total()).isEqualTo(Duration.ofMinutes(9));
        assertThat(rules.pingAfter()).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void a_provider_has_no_limits_of_ours_but_that_of_its_calls_unless_they_are_set() {
        var provider = bind(ProviderSettings.class, Map.of());
        assertThat(provider.accounts()).isEmpty();
        assertThat(provider.calls()).isEqualTo(1_000);
        assertThat(provider.requestsPerMinute()).isZero();
        assertThat(provider.tokensPerMinute()).isZero();
        assertThat(provider.probeAfter()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void a_providers_limits_and_accounts_are_what_is_set() {
        var settings = bind(
                ProviderSettings.class,
                Map.of(
                        "x.type", "openai",
                        "x.keys", "k1, k2, k3",
                        "x.accounts", "main, main, spare",
                        "x.calls", "20",
                        "x.requests-per-minute", "60",
                        "x.tokens-per-minute", "90000",
                        "x.probe-after", "1m"));
        var provider = new Routes(Map.of("p", settings), Map.of()).provider("p").orElseThrow();
        assertThat(provider.keys()).extracting(provider.pool()::account).containsExactly("main", "main", "spare");
        assertThat(provider.pool().calls()).isEqualTo(20);
        assertThat(provider.pool().requestsPerMinute()).isEqualTo(60);
        assertThat(provider.pool().tokensPerMinute()).isEqualTo(90_000);
        assertThat(provider.pool().probeAfter()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void keys_without_accounts_are_accounts_of_their_own() {
        var settings = new ProviderSettings(
                ProviderType.OPENAI, "https://p.example", List.of("k1", "k2"), false, Set.of(), null);
        var provider = new Routes(Map.of("p", settings), Map.of()).provider("p").orElseThrow();
        assertThat(provider.keys()).extracting(provider.pool()::account).doesNotHaveDuplicates();
    }

    @Test
    void accounts_name_that_of_every_key() {
        var settings = bind(
                ProviderSettings.class,
                Map.of("x.type", "openai", "x.keys", "k1, k2, k3", "x.accounts", "main, spare"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Routes(Map.of("p", settings), Map.of()))
                .withMessage("millrace.providers.p.accounts must name the account of each of the 3 keys");
    }

    @Test
    void a_model_is_chosen_by_weight_not_hedged_and_not_shut_down_unless_it_is_set() {
        var model = bind(ModelSettings.class, Map.of());
        assertThat(model.choose()).isEqualTo(ChooseBy.WEIGHTED);
        assertThat(model.chat()).isEqualTo(ChatRules.DEFAULT);
        assertThat(model.chat().hedge()).isFalse();
        assertThat(bind(DeploymentSettings.class, Map.of()).shutdown()).isNull();
        assertThat(bind(DeploymentSettings.class, Map.of()).tier()).isEqualTo(1);
    }

    @Test
    void an_answer_in_one_piece_is_waited_for_five_minutes_and_a_queued_one_as_long_as_all_are() {
        var rules = bind(ChatRules.class, Map.of());
        assertThat(rules.whole()).isEqualTo(Duration.ofMinutes(5));
        assertThat(rules.queued(Duration.ofMinutes(10))).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void a_model_may_give_a_queued_attempt_less_time_than_all_have_and_never_more() {
        var rules = bind(ChatRules.class, Map.of("x.queued-whole", "3m"));
        assertThat(rules.queued(Duration.ofMinutes(10))).isEqualTo(Duration.ofMinutes(3));
        assertThat(rules.queued(Duration.ofMinutes(2))).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void a_tier_is_one_of_ten() {
        try (var factory = Validation.buildDefaultValidatorFactory()) {
            for (int tier : new int[] {0, 1, 10, 11}) {
                var settings = bind(
                        DeploymentSettings.class,
                        Map.of("x.provider", "p", "x.model", "m", "x.tier", Integer.toString(tier)));
                assertThat(factory.getValidator().validate(settings))
                        .as("tier %s", tier)
                        .hasSize(tier < 1 || tier > 10 ? 1 : 0);
            }
        }
    }

    @Test
    void a_models_way_of_choosing_its_hedging_and_its_shutdown_are_what_is_set() {
        var model = bind(
                ModelSettings.class,
                Map.of(
                        "x.choose", "least-outstanding",
                        "x.chat.hedge", "true",
                        "x.deployments[0].provider", "p",
                        "x.deployments[0].model", "m",
                        "x.deployments[0].shutdown", "2026-12-01"));
        var provider =
                new ProviderSettings(ProviderType.OPENAI, "https://p.example", List.of("k"), false, Set.of(), null);
        var route = new Routes(Map.of("p", provider), Map.of("x", model))
                .find("x", ModelKind.CHAT)
                .orElseThrow();
        assertThat(route.choose()).isEqualTo(ChooseBy.LEAST_OUTSTANDING);
        assertThat(route.chat().hedge()).isTrue();
        assertThat(route.tiers().getFirst().getFirst().shutdown()).hasValue(LocalDate.parse("2026-12-01"));
    }
}
