package dev.millrace.job;

import java.math.BigDecimal;
import java.time.Instant;

/// What became of a submission.
public sealed interface Acceptance {

    /// Committed as a new job.
    record Accepted(Instant at) implements Acceptance {}

    /// The same key with the same envelope was accepted before, as this job.
    record Replayed(JobId job) implements Acceptance {}

    /// Its project has a budget, and the submission says nothing of what it may cost: it is to come again with that.
    record Unestimated() implements Acceptance {}

    /// It may cost more than is left of its project's budget.
    ///
    /// @param left in US dollars, when it was refused
    record OverBudget(BigDecimal left) implements Acceptance {}

    /// The same key was used for another envelope.
    record Conflicting() implements Acceptance {}
}
