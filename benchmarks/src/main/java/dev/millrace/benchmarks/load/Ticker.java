package dev.millrace.benchmarks.load;

import java.nio.channels.Selector;
import java.util.concurrent.locks.LockSupport;

/// Wakes a selector at a moment that is finer than the milliseconds of its own timeout.
final class Ticker implements AutoCloseable {

    private static final long NEVER = Long.MAX_VALUE;

    private final Selector selector;
    private final Thread thread;
    // Nanoseconds after `origin`, so that they compare without overflow.
    private final long origin = System.nanoTime();
    private volatile long target = NEVER;
    private volatile boolean closed;

    Ticker(Selector selector) {
        this.selector = selector;
        thread = Thread.ofPlatform().daemon().name("load-ticker").start(this::run);
    }

    /// Wakes the selector at that moment of the monotonic clock, instead of whatever moment was set before.
    void wakeAt(long nanos) {
        long wanted = nanos - origin;
        long before = target;
        target = wanted;
        if (wanted < before) {
            LockSupport.unpark(thread);
        }
    }

    void never() {
        target = NEVER;
    }

    private void run() {
        while (!closed) {
            long wanted = target;
            if (wanted == NEVER) {
                LockSupport.park();
                continue;
            }
            long left = wanted - (System.nanoTime() - origin);
            if (left > 0) {
                LockSupport.parkNanos(left);
            } else if (target == wanted) {
                target = NEVER;
                selector.wakeup();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
