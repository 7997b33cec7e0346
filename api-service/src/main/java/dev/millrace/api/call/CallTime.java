package dev.millrace.api.call;

import java.time.Duration;

/// The time of one interactive call: what is left of it, and how much of what has passed was spent on waiting.
/// Used by the thread that follows the call.
final class CallTime {

    private final long startedNanos;
    private final Duration total;
    private long waitedNanos;

    CallTime(long startedNanos, Duration total) {
        this.startedNanos = startedNanos;
        this.total = total;
    }

    /// A wait, for a provider or for time to pass.
    interface Wait<T> {
        T end() throws InterruptedException;
    }

    /// What is spent on this is no time of ours.
    <T> T waiting(Wait<T> wait) throws InterruptedException {
        long from = System.nanoTime();
        try {
            return wait.end();
        } finally {
            waitedNanos += System.nanoTime() - from;
        }
    }

    Duration left() {
        return total.minusNanos(passed());
    }

    /// The time since the call came less what its providers took.
    Duration own() {
        return Duration.ofNanos(Math.max(0, passed() - waitedNanos));
    }

    private long passed() {
        return System.nanoTime() - startedNanos;
    }
}
