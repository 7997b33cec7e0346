package dev.millrace.worker;

import java.util.function.LongSupplier;

/// Releases what has come due during an outage slowly at first, and doubles each second, so that it does not all fall
/// on the providers at once. Used by one thread.
public final class Ramp {

    /// By then more is released than ever waits.
    private static final int LONGEST_SECONDS = 12;

    private final int first;
    private final LongSupplier nanos;
    private boolean away = true;
    private long backSince;
    private long released;

    /// @param first how many are released in the first second
    public Ramp(int first) {
        this(first, System::nanoTime);
    }

    Ramp(int first, LongSupplier nanos) {
        this.first = first;
        this.nanos = nanos;
    }

    /// Nothing can be released now; what comes after this begins slowly.
    public void away() {
        away = true;
    }

    /// How many may be released now, at most `wanted`.
    public int room(int wanted) {
        if (away) {
            away = false;
            backSince = nanos.getAsLong();
            released = 0;
        }
        double seconds = (nanos.getAsLong() - backSince) / 1e9;
        if (seconds > LONGEST_SECONDS) {
            return wanted;
        }
        // After a second `first`, after two three times as many: twice as many in each second as in the one before.
        long allowed = 1 + (long) (first * (Math.pow(2, seconds) - 1));
        return (int) Math.clamp(allowed - released, 0, wanted);
    }

    public void released(int count) {
        released += count;
    }
}
