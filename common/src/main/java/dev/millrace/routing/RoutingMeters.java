package dev.millrace.routing;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.stream.Stream;

/// What an operator sees of the router: only of what is configured, so that callers can't make meters.
public final class RoutingMeters {

    private final Router router;

    public RoutingMeters(Router router, Routes routes, MeterRegistry meters) {
        this.router = router;
        for (var provider : routes.providers()) {
            var state = router.states().of(provider);
            breaker(state.breaker(), meters);
            Gauge.builder("millrace.key.resting", state, this::resting)
                    .tag("provider", provider.name())
                    .register(meters);
        }
        routes.all().stream()
                .flatMap(route -> route.tiers().stream().flatMap(java.util.List::stream))
                .map(router.states()::of)
                .distinct()
                .forEach(state -> {
                    breaker(state.breaker(), meters);
                    Gauge.builder("millrace.deployment.outstanding", state.load(), Load::outstanding)
                            .tag("deployment", state.name())
                            .register(meters);
                });
    }

    private static void breaker(Breaker breaker, MeterRegistry meters) {
        Gauge.builder("millrace.breaker.state", breaker, RoutingMeters::state)
                .tag("scope", breaker.scope().kind().word())
                .tag("name", breaker.scope().name())
                .register(meters);
    }

    /// 0 closed, 1 half-open, 2 open.
    private static double state(Breaker breaker) {
        return switch (breaker.state()) {
            case OPEN, FORCED_OPEN -> 2;
            case HALF_OPEN -> 1;
            case CLOSED, DISABLED, METRICS_ONLY -> 0;
        };
    }

    /// Keys and accounts that are set aside or cooling, each at a model counted by itself.
    private double resting(ProviderState provider) {
        var atModels = router.states().deployments().stream()
                .filter(state -> state.provider() == provider)
                .flatMap(state -> Stream.concat(state.keys().values().stream(), state.accounts().values().stream()));
        var atAll = Stream.concat(provider.keys().values().stream(), provider.accounts().values().stream());
        return Stream.concat(atModels, atAll)
                .filter(breaker -> !breaker.isClosed())
                .count();
    }
}
