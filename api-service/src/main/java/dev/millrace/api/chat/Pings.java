package dev.millrace.api.chat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/// The one clock by which all streams look whether their callers need a sign of life.
@Component
final class Pings implements DisposableBean {

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("stream-pings").factory());

    Pings() {
        timer.setRemoveOnCancelPolicy(true);
    }

    /// @param look is done on the clock's own thread, and so never waits
    Future<?> after(Duration wait, Runnable look) {
        try {
            return timer.schedule(look, wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException stopping) {
            return CompletableFuture.completedFuture("stopping");
        }
    }

    @Override
    public void destroy() {
        timer.shutdownNow();
    }
}
