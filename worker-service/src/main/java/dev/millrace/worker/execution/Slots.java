package dev.millrace.worker.execution;

import java.util.concurrent.atomic.AtomicInteger;

/// Room for work of one kind. Nothing waits for a slot: who finds none leaves the work where it is.
public final class Slots {

    private final int most;
    private final AtomicInteger taken = new AtomicInteger();

    Slots(int most) {
        this.most = most;
    }

    /// Takes up to `wanted` slots.
    ///
    /// @return how many were taken
    public int take(int wanted) {
        while (true) {
            int before = taken.get();
            int got = Math.min(wanted, most - before);
            if (got <= 0) {
                return 0;
            }
            if (taken.compareAndSet(before, before + got)) {
                return got;
            }
        }
    }

    public void give(int slots) {
        taken.addAndGet(-slots);
    }

    public int free() {
        return Math.max(0, most - taken.get());
    }

    public int taken() {
        return taken.get();
    }
}
