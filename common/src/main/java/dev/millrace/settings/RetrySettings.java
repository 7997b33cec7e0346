package dev.millrace.settings;

import dev.millrace.backoff.Backoff;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How often a job is tried.
///
/// @param mostAttempts the attempt after which a job fails
/// @param base first wait before a job is tried again
/// @param cap longest wait
public record RetrySettings(
        @Min(1) @Max(100) @DefaultValue("6") int mostAttempts,
        @DurationMin(millis = 1) @DefaultValue("1s") Duration base,
        @DefaultValue("5m") Duration cap) {

    public RetrySettings {
        if (cap.compareTo(base) < 0) {
            throw new IllegalArgumentException("millrace.retry.cap must be at least base");
        }
    }

    public Backoff backoff() {
        return new Backoff(base, cap);
    }
}
