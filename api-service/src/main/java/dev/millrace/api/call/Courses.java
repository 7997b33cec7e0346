package dev.millrace.api.call;

import dev.millrace.api.limit.ProjectLimits;
import dev.millrace.api.problem.Problem;
import dev.millrace.provider.Usage;
import dev.millrace.routing.RetryBudget;
import dev.millrace.routing.Router;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/// Begins the course of each interactive call, with what they all share.
@Component
public final class Courses {

    private static final Logger log = LoggerFactory.getLogger(Courses.class);

    private final Calls calls;
    private final Router router;
    private final ProjectLimits limits;
    private final List<CallRecords> records;
    private final Budget budget;
    private final Clock clock;
    private final RetryBudget retries;

    Courses(
            Calls calls,
            Router router,
            ProjectLimits limits,
            List<CallRecords> records,
            ObjectProvider<Budget> budget,
            Clock clock) {
        this.calls = calls;
        this.router = router;
        this.limits = limits;
        this.records = records;
        this.budget = budget.getIfAvailable(() -> Budget.NONE);
        this.clock = clock;
        this.retries = new RetryBudget(clock, router);
    }

    /// @param response gets the headers that tell of the project's limits, also where it is refused
    /// @throws Problem 429 if the project's limits or its budget do not allow it
    public Course begin(HttpServletResponse response, Asked asked, long startedNanos) {
        boolean begun = false;
        try {
            limits.take(asked.caller(), asked.id(), asked.extent());
            budget.objection(asked).ifPresent(objection -> {
                throw objection;
            });
            begun = true;
            return new Course(this, asked, startedNanos);
        } finally {
            if (!begun) {
                limits.over(asked.caller(), asked.id());
            }
            limits.show(asked.caller(), response);
        }
    }

    /// Whoever has begun a course says when its call has ended, whatever came of it.
    public void over(Asked asked) {
        budget.over(asked);
        limits.over(asked.caller(), asked.id());
    }

    Calls calls() {
        return calls;
    }

    Router router() {
        return router;
    }

    Clock clock() {
        return clock;
    }

    RetryBudget retries() {
        return retries;
    }

    private static Optional<Long> tokens(CallRecord record) {
        boolean answered = record.outcome().equals(CallRecord.SUCCEEDED);
        return record.usage().map(Usage::total).or(() -> answered ? Optional.empty() : Optional.of(0L));
    }

    /// A record that could not be kept does not take the answer from its caller.
    void record(Asked asked, CallRecord record) {
        limits.used(asked.caller(), asked.id(), tokens(record));
        for (var keeper : records) {
            try {
                keeper.attempted(record);
            } catch (RuntimeException failure) {
                log.error(
                        "The record of an attempt was not kept by {}",
                        keeper.getClass().getSimpleName(),
                        failure);
            }
        }
    }
}
