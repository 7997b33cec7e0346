package dev.millrace.lease;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How long a worker may be silent.
///
/// @param duration a worker silent for longer loses its jobs to one that was not silent
/// @param renewEvery time between heartbeats; at most a third of `duration`
/// @param mostTakeBacks the take-back that ends a chat job and holds a video job
public record LeaseSettings(
        @DefaultValue("5s") Duration duration,
        @DefaultValue("1s") Duration renewEvery,
        @Min(1) @Max(10) @DefaultValue("3") int mostTakeBacks) {

    public LeaseSettings {
        if (renewEvery.isZero()
                || renewEvery.isNegative()
                || renewEvery.multipliedBy(3).compareTo(duration) > 0) {
            throw new IllegalArgumentException("millrace.lease.renew-every must be at most a third of duration");
        }
    }
}
