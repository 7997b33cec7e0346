package dev.millrace.simulator.gemini;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.desk.RenderPlans;
import dev.millrace.simulator.render.RenderPlan;
import java.util.Set;

/// Renders that Google's filter holds back: they end well, show nothing, and are not billed.
final class Filter {

    private static final Set<String> CODES =
            Set.of("moderation_blocked", "content_refused", "content_policy_violation", "filtered");

    private Filter() {}

    static RenderPlan plan(Behaviour behaviour) {
        RenderPlan plan = RenderPlans.of(behaviour);
        return plan.failure().map(Filter::holdsBack).orElse(false) ? plan.withoutBill() : plan;
    }

    static boolean holdsBack(RenderPlan.Failure failure) {
        return CODES.contains(failure.code());
    }
}
