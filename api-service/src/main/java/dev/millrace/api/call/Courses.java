package dev.millrace.api.call;

import dev.millrace.api.problem.Problem;
import dev.millrace.routing.RetryBudget;
import dev.millrace.routing.Router;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/// Begins the course of each interactive call, with what they all share.
@Component
public final class Courses {

    private static final Logger log = LoggerFactory.getLogger(Courses.class);

    private final Router router;
    private final List<CallRecords> records;
    private final Budget budget;
    private final Clock clock;
    private final RetryBudget retries;

    Courses(Router router, List<CallRecords> records, ObjectProvider<Budget> budget, Clock clock) {
        this.router = router;
        this.records = records;
        this.budget = budget.getIfAvailable(() -> Budget.NONE);
        this.clock = clock;
        this.retries = new RetryBudget(clock, router);
    }

    /// @param estimate of the prompt, in tokens
    /// @throws Problem 429 if the project's budget does not allow it
    public Course begin(Asked asked, long estimate, long startedNanos) {
        budget.objection(asked, estimate).ifPresent(objection -> {
            throw objection;
        });
        return new Course(this, asked, startedNanos);
    }

    /// Whoever has begun a course says when its call has ended, whatever came of it.
    public void over(Asked asked) {
        budget.over(asked);
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

    /// A record that could not be kept does not take the answer from its caller.
    void record(CallRecord record) {
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
