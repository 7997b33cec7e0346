package dev.millrace.alarm;

import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Many times of which nearly all are put off before they come, kept by one thread.
public final class Alarms implements AutoCloseable {

    /// Whoever sets the nearest alarm of all wakes the thread, and so gives up his processor for it: with one call at a
    /// time, each. As long as the thread's own tick is the nearest nobody has to.
    private static final long TICK_MILLIS = 100;

    private final ScheduledThreadPoolExecutor timer;

    /// @param name of the thread
    public Alarms(String name) {
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name(name).factory());
        timer.setRemoveOnCancelPolicy(true);
        timer.scheduleAtFixedRate(() -> {}, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /// @param look is done on the alarms' own thread, and so never waits
    /// @throws RejectedExecutionException if they are closed
    public Future<?> after(long nanos, Runnable look) {
        return timer.schedule(look, nanos, TimeUnit.NANOSECONDS);
    }

    /// Alarms that have not come never will.
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
