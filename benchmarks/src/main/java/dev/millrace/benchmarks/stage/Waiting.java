package dev.millrace.benchmarks.stage;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Lets time pass in a measurement, and waits for what is to come.
public final class Waiting {

    private Waiting() {}

    /// For that long.
    public static void pass(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("Interrupted");
            }
            LockSupport.parkNanos(left);
        }
    }

    public static void pass(double seconds) {
        pass(Duration.ofNanos((long) (seconds * 1e9)));
    }

    /// Looks every so often until it is so.
    ///
    /// @return false if it was not within that time
    public static boolean until(BooleanSupplier so, Duration every, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            pass(every);
        }
        return true;
    }
}
