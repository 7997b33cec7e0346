package dev.millrace.retention;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How long what has ended is kept.
///
/// @param jobs jobs of a week are dropped, with all that belongs to them, when the week has been over for so long
public record RetentionSettings(@DefaultValue("90d") Duration jobs) {

    private static final Duration LEAST = Duration.ofDays(1);

    public RetentionSettings {
        // An idempotency key is kept for a day, and never longer than its job.
        if (jobs.compareTo(LEAST) < 0) {
            throw new IllegalArgumentException("millrace.retention.jobs must be at least 1d");
        }
    }
}
