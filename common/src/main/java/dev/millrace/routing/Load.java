package dev.millrace.routing;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// What is under way at a deployment, and how long it has taken of late.
final class Load {

    private static final double DECAY_MILLIS = 10_000;
    private static final long FAILURE_MILLIS = 5_000;
    private static final double UNKNOWN_MILLIS = 1_000;
    private static final int SAMPLES = 128;
    private static final int FEWEST_SAMPLES = 20;
    private static final long P95_EVERY_MILLIS = 1_000;

    private final AtomicInteger outstanding = new AtomicInteger();
    private final long[] samples = new long[SAMPLES];
    private int sampled;
    private double average;
    private long averagedAt;
    private volatile long p95 = -1;
    private long p95At = Long.MIN_VALUE / 2;

    void began() {
        outstanding.incrementAndGet();
    }

    void ended() {
        outstanding.decrementAndGet();
    }

    int outstanding() {
        return outstanding.get();
    }

    /// A moving average that takes a rise at once and forgets it slowly, as Finagle's "peak EWMA".
    synchronized void took(Duration latency, long now) {
        long millis = Math.max(0, latency.toMillis());
        average = millis > averageAt(now) ? millis : millis + (averageAt(now) - millis) * kept(now);
        averagedAt = now;
        samples[sampled++ % SAMPLES] = millis;
        if (sampled == 2 * SAMPLES) {
            sampled = SAMPLES;
        }
        if (sampled >= FEWEST_SAMPLES && now - p95At >= P95_EVERY_MILLIS) {
            var sorted = Arrays.copyOf(samples, Math.min(sampled, SAMPLES));
            Arrays.sort(sorted);
            p95 = sorted[(int) Math.ceil(sorted.length * 0.95) - 1];
            p95At = now;
        }
    }

    /// A failure that comes fast must not look like a fast answer.
    synchronized void failed(long now) {
        average = Math.max(averageAt(now), FAILURE_MILLIS);
        averagedAt = now;
    }

    private double averageAt(long now) {
        return average * kept(now);
    }

    private double kept(long now) {
        return Math.exp(-Math.max(0, now - averagedAt) / DECAY_MILLIS);
    }

    /// What another call is expected to cost here. While calls are under way nothing is forgotten, and where none has
    /// ended yet a long latency is assumed: silence is no low latency.
    synchronized double cost(long now) {
        int underWay = outstanding.get();
        double known = underWay == 0 ? averageAt(now) : average;
        return (underWay > 0 && known < 1 ? UNKNOWN_MILLIS : known + 1) * (underWay + 1);
    }

    Optional<Duration> p95() {
        return p95 < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(p95));
    }
}
