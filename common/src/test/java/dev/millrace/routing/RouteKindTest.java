package dev.millrace.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.provider.ProviderType;
import dev.millrace.routing.ModelSettings.DeploymentSettings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// A route is for a kind of work, and its providers' wire formats must have something for it.
@DisplayNameGeneration(ReplaceUnderscores.class)
class RouteKindTest {

    private static Routes routes(ModelKind kind, String... providers) {
        var deployments = List.of(providers).stream()
                .map(provider -> new DeploymentSettings(provider, "m", 1, 0, Set.of(), Set.of(), 0))
                .toList();
        return new Routes(
                Map.of(
                        "claude", provider(ProviderType.ANTHROPIC, "https://a.example.com"),
                        "google", provider(ProviderType.GEMINI, "https://g.example.com"),
                        "vertex", provider(ProviderType.VERTEX, "https://v.example.com/v1/projects/p/locations/l")),
                Map.of(
                        "model",
                        new ModelSettings(kind, deployments, List.of(), RenderRules.DEFAULT, ChatRules.DEFAULT)),
                RouteKindTest::has);
    }

    private static ProviderSettings provider(ProviderType type, String baseUrl) {
        return provider(type, baseUrl, false);
    }

    private static ProviderSettings provider(ProviderType type, String baseUrl, boolean catchAll) {
        return new ProviderSettings(type, baseUrl, List.of("k"), catchAll, Set.of(), null);
    }

    private static boolean has(ProviderType type, ModelKind kind) {
        return switch (type) {
            case OPENAI, GEMINI -> true;
            case ANTHROPIC -> kind == ModelKind.CHAT;
            case VERTEX -> kind == ModelKind.VIDEO;
        };
    }

    @Test
    void a_video_route_to_a_format_without_videos_is_refused_with_its_path() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> routes(ModelKind.VIDEO, "google", "claude"))
                .withMessage("millrace.models.model.deployments[1].provider names claude, whose type anthropic has"
                        + " nothing for the kind video");
    }

    @Test
    void a_chat_route_to_a_format_without_chat_is_refused_with_its_path() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> routes(ModelKind.CHAT, "vertex"))
                .withMessage("millrace.models.model.deployments[0].provider names vertex, whose type vertex has"
                        + " nothing for the kind chat");
    }

    @Test
    void a_route_to_formats_that_have_its_kind_holds() {
        assertThatCode(() -> routes(ModelKind.VIDEO, "google", "vertex")).doesNotThrowAnyException();
        assertThatCode(() -> routes(ModelKind.CHAT, "claude", "google")).doesNotThrowAnyException();
    }

    @Test
    void a_name_without_a_route_is_unknown_where_the_catch_all_has_nothing_for_what_is_asked() {
        var routes = new Routes(
                Map.of("claude", provider(ProviderType.ANTHROPIC, "https://a.example.com", true)),
                Map.of(),
                RouteKindTest::has);
        assertThat(routes.find("claude-9", ModelKind.CHAT)).isPresent();
        assertThat(routes.find("claude-9", ModelKind.VIDEO)).isEmpty();
        assertThat(routes.find("claude-9", ModelKind.IMAGE)).isEmpty();
        assertThat(routes.serving(Set.of(ModelKind.CHAT, ModelKind.IMAGE))).isEqualTo(1);
        assertThat(routes.serving(Set.of(ModelKind.IMAGE))).isZero();
    }
}
