package dev.millrace.simulator.desk;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.render.RenderPlan;
import java.time.Duration;
import java.util.Optional;

/// Reads from a behaviour what a render is going to come to.
public final class RenderPlans {

    private static final Duration TIME = Duration.ofSeconds(1);
    private static final Duration EXPIRES = Duration.ofHours(1);
    private static final Duration POLL_AFTER = Duration.ofMillis(500);

    private RenderPlans() {}

    public static RenderPlan of(Behaviour behaviour) {
        Optional<RenderPlan.Failure> failure = behaviour
                .text(Key.FAIL)
                .map(code -> new RenderPlan.Failure(
                        code.isEmpty() ? "generation_failed" : code,
                        behaviour.text(Key.FAIL_MESSAGE).orElse("The video could not be generated.")));
        Duration pollAfter = behaviour.time(Key.POLL_AFTER).orElse(POLL_AFTER);
        return new RenderPlan(
                behaviour.time(Key.RENDER).orElse(TIME),
                failure,
                failure.isEmpty() || !behaviour.is(Key.FREE_FAILURE),
                behaviour.time(Key.PROCESSING).orElse(Duration.ZERO),
                behaviour.time(Key.EXPIRES).orElse(EXPIRES),
                pollAfter.isZero() ? Optional.empty() : Optional.of(pollAfter));
    }
}
