package dev.millrace.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.job.JobKind;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderType;
import dev.millrace.routing.ModelSettings.DeploymentSettings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RoutesTest {

    private static final ProviderSettings OPENAI = provider("https://api.example.com/v1", false);
    private static final ProviderSettings GATEWAY = provider("https://gateway.example.com/v1", false);

    private static ProviderSettings provider(String baseUrl, boolean catchAll) {
        return new ProviderSettings(ProviderType.OPENAI, baseUrl, List.of("k1", "k2"), catchAll, Set.of(), null);
    }

    private static ModelSettings model(JobKind kind, List<String> fallback, DeploymentSettings... deployments) {
        return new ModelSettings(
                ModelKind.of(kind), List.of(deployments), fallback, RenderRules.DEFAULT, ChatRules.DEFAULT);
    }

    private static DeploymentSettings at(String provider, String model) {
        return new DeploymentSettings(provider, model, 1, 0, Set.of(), Set.of(), 0);
    }

    private static DeploymentSettings at(String provider, String model, int tier) {
        return new DeploymentSettings(provider, model, 1, 0, Set.of(), Set.of(), 0, null, tier);
    }

    private static List<List<String>> names(ModelRoute route) {
        return route.tiers().stream()
                .map(tier -> tier.stream().map(Deployment::name).toList())
                .toList();
    }

    private static void refused(
            Map<String, ProviderSettings> providers, Map<String, ModelSettings> models, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Routes(providers, models))
                .withMessage(message);
    }

    @Test
    void a_route_has_its_own_deployments_first_and_those_of_its_fallbacks_behind_them_in_order() {
        var models = new LinkedHashMap<String, ModelSettings>();
        models.put(
                "gpt",
                model(
                        JobKind.CHAT,
                        List.of("small", "last"),
                        new DeploymentSettings("openai", "gpt-5", 3, 0, Set.of(), Set.of(), 0),
                        at("gateway", "gpt-5-preview")));
        models.put("small", model(JobKind.CHAT, List.of(), at("openai", "gpt-5-mini")));
        models.put("last", model(JobKind.CHAT, List.of(), at("gateway", "any")));
        var routes = new Routes(Map.of("openai", OPENAI, "gateway", GATEWAY), models);

        var route = routes.find("gpt", JobKind.CHAT).orElseThrow();
        assertThat(route.model()).isEqualTo("gpt");
        assertThat(route.tiers())
                .extracting(tier -> tier.stream().map(Deployment::name).toList())
                .containsExactly(
                        List.of("openai/gpt-5", "gateway/gpt-5-preview"),
                        List.of("openai/gpt-5-mini"),
                        List.of("gateway/any"));
        assertThat(route.tiers().getFirst()).extracting(Deployment::weight).containsExactly(3, 1);
        assertThat(routes.all()).extracting(ModelRoute::model).containsExactly("gpt", "small", "last");
    }

    @Test
    void deployments_of_a_lower_tier_come_first_and_the_fallbacks_own_tiers_behind_all_of_them() {
        var models = new LinkedHashMap<String, ModelSettings>();
        models.put(
                "gpt",
                model(
                        JobKind.CHAT,
                        List.of("small"),
                        at("gateway", "last-resort", 10),
                        at("openai", "gpt-5", 1),
                        at("gateway", "spare", 3),
                        at("gateway", "gpt-5", 1)));
        models.put("small", model(JobKind.CHAT, List.of(), at("gateway", "mini", 2), at("openai", "mini", 1)));
        var routes = new Routes(Map.of("openai", OPENAI, "gateway", GATEWAY), models);

        var route = routes.find("gpt", JobKind.CHAT).orElseThrow();
        assertThat(names(route))
                .containsExactly(
                        List.of("openai/gpt-5", "gateway/gpt-5"),
                        List.of("gateway/spare"),
                        List.of("gateway/last-resort"),
                        List.of("openai/mini"),
                        List.of("gateway/mini"));
        assertThat(names(route.ofItsOwn()))
                .containsExactly(
                        List.of("openai/gpt-5", "gateway/gpt-5"),
                        List.of("gateway/spare"),
                        List.of("gateway/last-resort"));
    }

    @Test
    void a_deployment_of_any_tier_that_does_not_hold_together_is_named_by_its_place_in_the_configuration() {
        var models = Map.of("gpt", model(JobKind.CHAT, List.of(), at("openai", "a", 2), at("openai", "b", 1)));
        var asked = new ArrayList<ModelKind>();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Routes(Map.of("openai", OPENAI), models, (type, kind) -> {
                    asked.add(kind);
                    return asked.size() < 2;
                }))
                .withMessage("millrace.models.gpt.deployments[1].provider names openai, whose type openai has nothing"
                        + " for the kind chat");
        assertThat(asked).containsExactly(ModelKind.CHAT, ModelKind.CHAT);
    }

    @Test
    void a_provider_is_what_the_configuration_says() {
        var routes = new Routes(Map.of("openai", OPENAI), Map.of());
        var provider = routes.provider("openai").orElseThrow();
        assertThat(provider.baseUrl()).isEqualTo(URI.create("https://api.example.com/v1"));
        assertThat(provider.type()).isEqualTo(ProviderType.OPENAI);
        assertThat(provider.keys()).extracting(key -> key.secret().reveal()).containsExactly("k1", "k2");
        assertThat(routes.provider("other")).isEmpty();
        assertThat(routes.types()).containsExactly(ProviderType.OPENAI);
    }

    @Test
    void the_key_that_created_a_render_is_found_by_its_fingerprint_while_it_is_configured() {
        var provider = new Routes(Map.of("openai", OPENAI), Map.of())
                .provider("openai")
                .orElseThrow();
        ProviderKey second = provider.keys().get(1);
        assertThat(provider.key(second.ref())).hasValue(second);
        assertThat(provider.key("0000000000000000")).isEmpty();
    }

    @Test
    void those_that_serve_a_kind_are_counted_once_each_and_the_catch_all_serves_every_kind() {
        var models = Map.of(
                "one", model(JobKind.CHAT, List.of("two"), at("openai", "a"), at("gateway", "a")),
                "two", model(JobKind.CHAT, List.of(), at("openai", "b")),
                "film", model(JobKind.VIDEO, List.of(), at("openai", "c")));
        var routes = new Routes(Map.of("openai", OPENAI, "gateway", GATEWAY, "idle", OPENAI), models);
        var open = new Routes(
                Map.of("openai", OPENAI, "gateway", GATEWAY, "all", provider("https://all.example.com/v1", true)),
                models);

        assertThat(routes.serving(Set.of(ModelKind.CHAT))).isEqualTo(2);
        assertThat(routes.serving(Set.of(ModelKind.VIDEO))).isEqualTo(1);
        assertThat(routes.serving(Set.of(ModelKind.CHAT, ModelKind.VIDEO))).isEqualTo(2);
        assertThat(routes.serving(Set.of(ModelKind.IMAGE))).isZero();
        assertThat(open.serving(Set.of(ModelKind.CHAT))).isEqualTo(3);
        assertThat(open.serving(Set.of(ModelKind.IMAGE))).isEqualTo(1);
    }

    @Test
    void a_name_without_a_route_goes_to_the_catch_all_unchanged_whatever_its_kind() {
        var routes = new Routes(
                Map.of("openai", OPENAI, "any", provider("https://any.example.com/v1", true)),
                Map.of("gpt", model(JobKind.CHAT, List.of(), at("openai", "gpt-5"))));
        for (var kind : JobKind.values()) {
            assertThat(routes.find("vendor/some-model:free", kind)).hasValueSatisfying(route -> {
                assertThat(route.kind()).isEqualTo(ModelKind.of(kind));
                assertThat(route.render()).isEqualTo(RenderRules.DEFAULT);
                assertThat(route.tiers())
                        .singleElement()
                        .satisfies(tier -> assertThat(tier)
                                .extracting(Deployment::name)
                                .containsExactly("any/vendor/some-model:free"));
            });
        }
        assertThat(routes.find("gpt", JobKind.CHAT).orElseThrow().tiers().getFirst())
                .extracting(Deployment::name)
                .containsExactly("openai/gpt-5");
    }

    @Test
    void a_route_of_another_kind_is_none_and_does_not_fall_to_the_catch_all() {
        var routes = new Routes(
                Map.of("any", provider("https://any.example.com/v1", true)),
                Map.of("sora", model(JobKind.VIDEO, List.of(), at("any", "sora-2"))));
        assertThat(routes.find("sora", JobKind.VIDEO)).isPresent();
        assertThat(routes.find("sora", JobKind.CHAT)).isEmpty();
    }

    @Test
    void without_a_catch_all_an_unknown_name_has_no_route() {
        var routes = new Routes(Map.of("openai", OPENAI), Map.of());
        assertThat(routes.find("gpt", JobKind.CHAT)).isEmpty();
        assertThat(routes.find("", JobKind.CHAT)).isEmpty();
    }

    @Test
    void a_model_keeps_its_own_rules_for_renders() {
        var rules =
                new RenderRules(Duration.ofSeconds(3), Duration.ofMinutes(5), RenderRules.OnIndeterminate.FAIL, false);
        var routes = new Routes(
                Map.of("openai", OPENAI),
                Map.of(
                        "sora",
                        new ModelSettings(
                                ModelKind.VIDEO,
                                List.of(at("openai", "sora-2")),
                                List.of(),
                                rules,
                                ChatRules.DEFAULT)));
        assertThat(routes.find("sora", JobKind.VIDEO).orElseThrow().render()).isEqualTo(rules);
    }

    @ParameterizedTest
    @ValueSource(strings = {"${VECTOR_BASE_URL}", "https://exa mple.com/v1", "https://[::1/v1"})
    void a_base_url_that_is_none_is_refused(String baseUrl) {
        refused(Map.of("p", provider(baseUrl, false)), Map.of(), "millrace.providers.p.base-url is not a URL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https:///v1", "https:api.example.com", "https://under_score/v1"})
    void a_base_url_without_a_host_is_refused(String baseUrl) {
        refused(Map.of("p", provider(baseUrl, false)), Map.of(), "millrace.providers.p.base-url must name a host");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://api.example.com/v1",
                "localhost://8080/v1",
                "//api.example.com/v1",
                "api.example.com/v1",
                "/v1"
            })
    void a_base_url_of_another_scheme_is_refused(String baseUrl) {
        refused(
                Map.of("p", provider(baseUrl, false)),
                Map.of(),
                "millrace.providers.p.base-url must begin with https:// or http://");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void an_empty_base_url_is_refused_and_does_not_stand_for_the_formats_own(String baseUrl) {
        refused(Map.of("p", provider(baseUrl, false)), Map.of(), "millrace.providers.p.base-url must not be empty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://api.example.com/v1?version=2", "https://api.example.com/v1#top"})
    void a_base_url_that_no_path_can_follow_is_refused(String baseUrl) {
        refused(
                Map.of("p", provider(baseUrl, false)),
                Map.of(),
                "millrace.providers.p.base-url must not have a query or a fragment");
    }

    @Test
    void two_catch_alls_are_refused() {
        var providers = new LinkedHashMap<String, ProviderSettings>();
        providers.put("one", provider("https://one.example/v1", true));
        providers.put("two", provider("https://two.example/v1", true));
        refused(providers, Map.of(), "millrace.providers: only one provider can be the catch-all, not one and two");
    }

    @Test
    void a_deployment_that_names_no_provider_is_refused() {
        refused(
                Map.of("openai", OPENAI),
                Map.of("gpt", model(JobKind.CHAT, List.of(), at("openai", "a"), at("opnai", "b"))),
                "millrace.models.gpt.deployments[1].provider names opnai, which is not under millrace.providers");
    }

    @Test
    void a_fallback_that_is_no_model_is_refused() {
        refused(
                Map.of("openai", OPENAI),
                Map.of("gpt", model(JobKind.CHAT, List.of("gone"), at("openai", "a"))),
                "millrace.models.gpt.fallback names gone, which is no model");
    }

    @Test
    void a_fallback_of_another_kind_is_refused() {
        refused(
                Map.of("openai", OPENAI),
                Map.of(
                        "gpt", model(JobKind.CHAT, List.of("sora"), at("openai", "a")),
                        "sora", model(JobKind.VIDEO, List.of(), at("openai", "b"))),
                "millrace.models.gpt.fallback names sora, which is of another kind");
    }
}
