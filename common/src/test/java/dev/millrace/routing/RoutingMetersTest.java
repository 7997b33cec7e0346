package dev.millrace.routing;

import static dev.millrace.routing.Routing.ERROR;
import static dev.millrace.routing.Routing.INVALID_KEY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.ProviderType;
import dev.millrace.routing.ModelSettings.DeploymentSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RoutingMetersTest {

    private final Routing routing = new Routing();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ModelRoute route = route();

    private ModelRoute route() {
        var routes = new Routes(
                Map.of(
                        "p",
                        new ProviderSettings(
                                ProviderType.OPENAI, "https://p.example", List.of("k1", "k2"), false, Set.of(), null)),
                Map.of(
                        "gpt",
                        new ModelSettings(
                                ModelKind.CHAT,
                                List.of(new DeploymentSettings("p", "m", 1, 0, Set.of(), Set.of(), 0)),
                                List.of(),
                                RenderRules.DEFAULT,
                                ChatRules.DEFAULT)));
        new RoutingMeters(routing.router, routes, meters);
        return routes.find("gpt", ModelKind.CHAT).orElseThrow();
    }

    private double breaker(String scope, String name) {
        return meters.get("millrace.breaker.state")
                .tags("scope", scope, "name", name)
                .gauge()
                .value();
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    @Test
    void a_breaker_reads_0_closed_1_half_open_2_open() {
        assertThat(breaker("model", "p/m")).isZero();
        routing.fail(route, ERROR, 5);
        assertThat(breaker("model", "p/m")).isEqualTo(2);
        assertThat(breaker("provider", "p")).isZero();
        routing.untilReady(route, java.time.Duration.ofMinutes(1));
        var probe = routing.use(route);
        assertThat(breaker("model", "p/m")).isEqualTo(1);
        routing.router.succeeded(probe, 1, Routing.MOMENT);
        assertThat(breaker("model", "p/m")).isZero();
    }

    @Test
    void calls_under_way_and_keys_that_rest_are_counted() {
        var use = routing.use(route);
        assertThat(gauge("millrace.deployment.outstanding")).isEqualTo(1);
        assertThat(gauge("millrace.key.resting")).isZero();
        routing.router.failed(use, INVALID_KEY);
        assertThat(gauge("millrace.deployment.outstanding")).isZero();
        assertThat(gauge("millrace.key.resting")).isEqualTo(1);
    }
}
