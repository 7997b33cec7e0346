package dev.millrace.routing;

import java.time.Duration;

/// The share of calls that is let through after a recovery: 10 %, 25 %, 50 %, then all, each for a third of the ramp.
/// A few calls a second always pass, so that a ramp is not felt where there is little to do.
final class Ramp {

    private static final double[] SHARES = {0.10, 0.25, 0.50};
    private static final long ALWAYS_AFTER_MILLIS = 200;

    private final long length;
    private volatile long until = Long.MIN_VALUE;
    private long admittedAt;
    private double credit;

    Ramp(Duration length) {
        this.length = length.toMillis();
    }

    synchronized void begin(long now) {
        until = now + length;
        admittedAt = now - ALWAYS_AFTER_MILLIS;
        credit = 0;
    }

    boolean isOver(long now) {
        return now >= until;
    }

    boolean admits(long now) {
        return isOver(now) || admitsShare(now);
    }

    private synchronized boolean admitsShare(long now) {
        // A caller may have looked at the clock before another one began the ramp.
        long since = Math.clamp(length - (until - now), 0, length);
        credit += SHARES[(int) Math.min(SHARES.length - 1, since * SHARES.length / Math.max(1, length))];
        if (credit < 1 && now - admittedAt < ALWAYS_AFTER_MILLIS) {
            return false;
        }
        credit = Math.max(0, credit - 1);
        admittedAt = now;
        return true;
    }
}
