package dev.millrace.job;

import java.time.Instant;

/// What became of a submission.
public sealed interface Acceptance {

    /// Committed as a new job.
    record Accepted(Instant at) implements Acceptance {}

    /// The same key with the same envelope was accepted before, as this job.
    record Replayed(JobId job) implements Acceptance {}

    /// The same key was used for another envelope.
    record Conflicting() implements Acceptance {}
}
