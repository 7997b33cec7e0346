package dev.millrace.api.chat;

import dev.millrace.alarm.Alarms;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/// The one clock by which all streams look whether their callers need a sign of life.
@Component
final class Pings implements DisposableBean {

    private final Alarms alarms = new Alarms("stream-pings");

    /// @param look is done on the clock's own thread, and so never waits
    Future<?> after(Duration wait, Runnable look) {
        try {
            return alarms.after(wait.toNanos(), look);
        } catch (RejectedExecutionException stopping) {
            return CompletableFuture.completedFuture("stopping");
        }
    }

    @Override
    public void destroy() {
        alarms.close();
    }
}
