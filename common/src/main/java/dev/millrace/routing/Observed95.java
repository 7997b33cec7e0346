package dev.millrace.routing;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/// How long 95 % of what was observed of late took at most, once enough is known.
final class Observed95 {

    private static final int SAMPLES = 128;
    private static final int FEWEST_SAMPLES = 20;
    private static final long EVERY_MILLIS = 1_000;

    private final long[] samples = new long[SAMPLES];
    private int sampled;
    private volatile long p95 = -1;
    private long computedAt = Long.MIN_VALUE / 2;

    synchronized void took(long millis, long now) {
        samples[sampled++ % SAMPLES] = millis;
        if (sampled == 2 * SAMPLES) {
            sampled = SAMPLES;
        }
        if (sampled >= FEWEST_SAMPLES && now - computedAt >= EVERY_MILLIS) {
            var sorted = Arrays.copyOf(samples, Math.min(sampled, SAMPLES));
            Arrays.sort(sorted);
            p95 = sorted[(int) Math.ceil(sorted.length * 0.95) - 1];
            computedAt = now;
        }
    }

    Optional<Duration> p95() {
        return p95 < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(p95));
    }
}
