package dev.millrace.api.usage;

import dev.millrace.api.problem.Problem;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/// Refuses what would pass a project's budget, and counts that.
@Component
public final class BudgetRefusals {

    private final Counter refused;

    BudgetRefusals(MeterRegistry meters) {
        this.refused = Counter.builder("millrace.budget.refused")
                .description("Jobs and calls that would have passed their project's budget")
                .register(meters);
    }

    /// @param what may cost more than is left, such as `job`
    public Problem refuse(String what) {
        refused.increment();
        return Problem.insufficientQuota(
                "This " + what + " may cost more than is left of this project's budget for the month.");
    }
}
