package dev.millrace.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.asset.AssetSettings;
import dev.millrace.dispatch.DispatchSettings;
import dev.millrace.lease.LeaseSettings;
import dev.millrace.provider.ProviderType;
import dev.millrace.routing.ChatRules;
import dev.millrace.routing.ModelKind;
import dev.millrace.routing.ModelSettings;
import dev.millrace.routing.ModelSettings.DeploymentSettings;
import dev.millrace.routing.ProviderSettings;
import dev.millrace.routing.RenderRules;
import dev.millrace.webhook.DeliverySettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

/// Every default, pinned: changing one is a decision, and shows here.
@DisplayNameGeneration(ReplaceUnderscores.class)
class MillraceSettingsTest {

    private static MillraceSettings bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("millrace", Bindable.of(MillraceSettings.class));
    }

    private static final MillraceSettings DEFAULTS = bind(Map.of());

    @Test
    void nothing_is_configured_by_default_that_could_cost_or_open_anything() {
        assertThat(DEFAULTS.secret().isBlank()).isTrue();
        assertThat(DEFAULTS.operator().isBlank()).isTrue();
        assertThat(DEFAULTS.providers()).isEmpty();
        assertThat(DEFAULTS.models()).isEmpty();
    }

    @Test
    void submissions() {
        assertThat(DEFAULTS.accept())
                .isEqualTo(new AcceptSettings(
                        DataSize.ofMegabytes(1),
                        64,
                        2,
                        128,
                        2_048,
                        DataSize.ofMegabytes(32),
                        Duration.ofMillis(1_500),
                        500_000));
    }

    @Test
    void requests() {
        assertThat(DEFAULTS.requests()).isEqualTo(new RequestSettings(0));
        assertThat(new RequestSettings(7).mostAtOnce()).isEqualTo(7);
        assertThat(RequestSettings.mostIn(256 << 20)).isBetween(1_100, 1_200);
        assertThat(RequestSettings.mostIn(1 << 30))
                .as("5,000 of one project's, and then some")
                .isGreaterThan(5_625);
        assertThat(RequestSettings.mostIn(1 << 20)).isEqualTo(64);
    }

    @Test
    void waits() {
        assertThat(DEFAULTS.waits()).isEqualTo(new WaitSettings(4_000, 1_000));
    }

    @Test
    void dispatch() {
        assertThat(DEFAULTS.dispatch()).isEqualTo(new DispatchSettings(512, 10_000, Duration.ofSeconds(1), 8, 1, 200));
    }

    @Test
    void leases() {
        assertThat(DEFAULTS.lease()).isEqualTo(new LeaseSettings(Duration.ofSeconds(5), Duration.ofSeconds(1), 3));
    }

    @Test
    void workers() {
        assertThat(DEFAULTS.worker())
                .isEqualTo(new WorkerSettings(
                        2_000,
                        200,
                        200,
                        100,
                        64,
                        DataSize.ofBytes(0),
                        DataSize.ofBytes(0),
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(30),
                        "worker"));
        assertThat(DEFAULTS.worker().mostRequestBytes())
                .isEqualTo(Runtime.getRuntime().maxMemory() / 8);
        assertThat(DEFAULTS.worker().mostAnswerBytes())
                .isEqualTo(Runtime.getRuntime().maxMemory() / 8);
    }

    @Test
    void retries() {
        assertThat(DEFAULTS.retry()).isEqualTo(new RetrySettings(6, Duration.ofSeconds(1), Duration.ofMinutes(5)));
        assertThat(DEFAULTS.retry().backoff().base()).isEqualTo(Duration.ofSeconds(1));
        assertThat(DEFAULTS.retry().backoff().cap()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void renders() {
        assertThat(DEFAULTS.render())
                .isEqualTo(new RenderSettings(
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(90),
                        Duration.ofMinutes(10),
                        Duration.ofMinutes(10),
                        Duration.ofMinutes(10),
                        Duration.ofHours(1),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1)));
        assertThat(DEFAULTS.render().errors().cap()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void webhooks() {
        assertThat(DEFAULTS.webhook())
                .isEqualTo(new DeliverySettings(
                        false,
                        List.of(),
                        List.of(),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(20),
                        List.of(
                                Duration.ZERO,
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(5),
                                Duration.ofMinutes(30),
                                Duration.ofHours(2),
                                Duration.ofHours(5),
                                Duration.ofHours(10),
                                Duration.ofHours(14),
                                Duration.ofHours(20),
                                Duration.ofHours(24)),
                        8,
                        64,
                        500));
    }

    @Test
    void a_webhook_is_tried_ten_times_over_about_three_days() {
        var all = DEFAULTS.webhook().schedule().stream().reduce(Duration.ZERO, Duration::plus);
        assertThat(all).isBetween(Duration.ofHours(75), Duration.ofHours(76));
    }

    @Test
    void assets() {
        assertThat(DEFAULTS.asset()).isEqualTo(new AssetSettings(Path.of("millrace-assets"), DataSize.ofGigabytes(4)));
    }

    @Test
    void a_provider_and_a_model_of_which_only_the_least_is_said() {
        var settings = bind(Map.of(
                "millrace.providers.p.type", "openai",
                "millrace.providers.p.base-url", "https://api.example.com/v1",
                "millrace.providers.p.keys[0]", "k",
                "millrace.models.m.deployments[0].provider", "p",
                "millrace.models.m.deployments[0].model", "x"));
        assertThat(settings.providers())
                .isEqualTo(Map.of(
                        "p",
                        new ProviderSettings(
                                ProviderType.OPENAI,
                                "https://api.example.com/v1",
                                List.of("k"),
                                false,
                                java.util.Set.of(),
                                null)));
        assertThat(settings.models())
                .isEqualTo(Map.of(
                        "m",
                        new ModelSettings(
                                ModelKind.CHAT,
                                List.of(new DeploymentSettings(
                                        "p", "x", 1, 0, java.util.Set.of(), java.util.Set.of(), 0)),
                                List.of(),
                                RenderRules.DEFAULT,
                                ChatRules.DEFAULT)));
        assertThat(RenderRules.DEFAULT)
                .isEqualTo(new RenderRules(
                        Duration.ofSeconds(5), Duration.ofHours(2), RenderRules.OnIndeterminate.HOLD, true));
    }

    @Test
    void names_of_models_keep_their_case_dots_and_slashes() {
        var settings = bind(Map.of(
                "millrace.models[gpt-5.2].deployments[0].provider", "p",
                "millrace.models[Vendor/Model:free].deployments[0].provider", "p"));
        assertThat(settings.models()).containsOnlyKeys("gpt-5.2", "Vendor/Model:free");
    }

    @Test
    void settings_show_no_secret() {
        var settings = bind(Map.of(
                "millrace.secret-key", "canary-secret",
                "millrace.operator-key", "canary-operator",
                "millrace.providers.p.keys[0]", "canary-key"));
        assertThat(settings.toString()).doesNotContain("canary");
        assertThat(settings.providers().toString()).doesNotContain("canary");
        assertThat(settings.operator().toString()).doesNotContain("canary");
    }
}
