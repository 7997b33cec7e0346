package dev.millrace.routing;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// What is under way at a deployment, and how long it has taken of late.
final class Load {

    private static final double DECAY_MILLIS = 10_000;
    private static final long FAILURE_MILLIS = 5_000;
    private static final double UNKNOWN_MILLIS = 1_000;

    private final AtomicInteger outstanding = new AtomicInteger();
    private final Observed95 firstTokens = new Observed95();
    private final Observed95 wholes = new Observed95();
    private double average;
    private long averagedAt;

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
    ///
    /// @param streamed whether this was the wait for a first token, and not for an answer in one piece
    synchronized void took(Duration latency, boolean streamed, long now) {
        long millis = Math.max(0, latency.toMillis());
        average = millis > averageAt(now) ? millis : millis + (averageAt(now) - millis) * kept(now);
        averagedAt = now;
        (streamed ? firstTokens : wholes).took(millis, now);
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

    /// Of first tokens, or of answers in one piece: one says nothing of the other.
    Optional<Duration> p95(boolean streamed) {
        return (streamed ? firstTokens : wholes).p95();
    }
}
