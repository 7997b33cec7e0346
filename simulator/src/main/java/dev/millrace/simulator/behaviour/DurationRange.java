package dev.millrace.simulator.behaviour;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// A time, or any time between two, both included.
public record DurationRange(Duration from, Duration to) {

    public DurationRange {
        if (to.compareTo(from) < 0) {
            throw new IllegalArgumentException("the second time is shorter than the first");
        }
    }

    public Duration pick() {
        long spread = to.toNanos() - from.toNanos();
        return spread == 0 ? from : from.plusNanos(ThreadLocalRandom.current().nextLong(spread + 1));
    }
}
