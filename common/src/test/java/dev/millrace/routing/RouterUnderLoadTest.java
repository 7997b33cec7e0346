package dev.millrace.routing;

import static dev.millrace.routing.Routing.ERROR;
import static dev.millrace.routing.Routing.K1;
import static dev.millrace.routing.Routing.K2;
import static dev.millrace.routing.Routing.MOMENT;
import static dev.millrace.routing.Routing.TOO_OFTEN;
import static dev.millrace.routing.Routing.chosen;
import static dev.millrace.routing.Routing.deployment;
import static dev.millrace.routing.Routing.pool;
import static dev.millrace.routing.Routing.provider;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.routing.Router.Choice;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Many callers at once, whose calls end in every way.
@DisplayNameGeneration(ReplaceUnderscores.class)
class RouterUnderLoadTest {

    private static final int CALLERS = 16;
    private static final int CALLS = 5_000;
    private static final int PLACES = 10;

    private final Router router = new Router(Clock.systemUTC(), RandomGenerator.getDefault());
    private final Deployment a = deployment(provider("a", pool(PLACES, Map.of()), K1, K2), "m");
    private final Deployment b = deployment(provider("b", pool(PLACES, Map.of()), K1, K2), "m");
    private final AtomicInteger mostAtOnce = new AtomicInteger();

    @ParameterizedTest
    @EnumSource
    void no_provider_holds_more_than_its_places_and_each_is_given_back(ChooseBy by) throws Exception {
        var route = chosen(by, a, b);
        var callers = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(() -> calls(route));
        }
        int all = 0;
        try (var threads = Executors.newFixedThreadPool(CALLERS)) {
            for (var calls : threads.invokeAll(callers)) {
                all += calls.get();
            }
        }
        // A caller may meet nothing but ramps and rests, all of them do not.
        assertThat(all).isGreaterThan(CALLERS);
        assertThat(mostAtOnce.get()).isBetween(1, PLACES);
        for (var one : Set.of(a, b)) {
            assertThat(router.states().of(one).load().outstanding()).isZero();
            assertThat(router.states().of(one).provider().places().getMetrics().getAvailableConcurrentCalls())
                    .isEqualTo(PLACES);
        }
    }

    private int calls(ModelRoute route) {
        int calls = 0;
        for (int i = 0; i < CALLS; i++) {
            if (router.choose(route, Set.of()) instanceof Choice.Use use) {
                calls++;
                mostAtOnce.accumulateAndGet(
                        router.states().of(use.deployment()).load().outstanding(), Math::max);
                end(use, i);
            }
        }
        return calls;
    }

    private void end(Choice.Use use, int number) {
        switch ((number + 50) % 100) {
            case 0 -> router.rateLimited(use, TOO_OFTEN, Optional.of(Duration.ofMillis(1)));
            case 1, 2, 3 -> router.failed(use, ERROR);
            case 4 -> router.released(use);
            case 5 -> {
                router.answering(use, MOMENT);
                router.failed(use, ERROR);
            }
            default -> {
                router.answering(use, MOMENT);
                router.succeeded(use, 10, MOMENT);
            }
        }
    }
}
