package dev.millrace.backoff;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// Exponential wait with equal jitter: `base * 2^(failures - 1)`, at most `cap`, then shortened by up to half so
/// that what failed together does not return together.
///
/// @param base wait after the first failure; more than zero
/// @param cap longest wait; at least `base`
/// @see <a href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">"equal jitter"</a>
public record Backoff(Duration base, Duration cap) {

    public Backoff {
        if (base.isZero() || base.isNegative()) {
            throw new IllegalArgumentException("base must be more than zero");
        }
        if (cap.compareTo(base) < 0) {
            throw new IllegalArgumentException("cap must be at least base");
        }
    }

    /// @param failures failures so far, 1 or more
    /// @throws IllegalArgumentException if `failures` is below 1
    public Duration after(int failures, RandomGenerator random) {
        if (failures < 1) {
            throw new IllegalArgumentException("failures must be 1 or more");
        }
        // 2^40 times any base is past every cap that makes sense, and does not overflow a long of nanoseconds early.
        double doubled = base.toNanos() * Math.pow(2, Math.min(failures - 1, 40));
        double whole = Math.min(doubled, cap.toNanos());
        return Duration.ofNanos((long) (whole / 2 + random.nextDouble() * whole / 2));
    }
}
