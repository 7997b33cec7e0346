package dev.millrace.job;

import java.time.Duration;
import java.util.Optional;

/// Puts a running job back to `queued`, to run no earlier than after `delay`.
///
/// @param reason the word in the event, such as `retry`, `no_capacity` or `handed_back`
/// @param attempt the attempt that failed; absent where none was spent
public record Requeue(JobId job, int epoch, Duration delay, String reason, Optional<AttemptReport> attempt) {

    public Requeue with(Optional<AttemptReport> other) {
        return new Requeue(job, epoch, delay, reason, other);
    }
}
