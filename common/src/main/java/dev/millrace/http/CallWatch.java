package dev.millrace.http;

import dev.millrace.alarm.Alarms;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Cuts a call that takes too long. It sleeps until the nearest of its times; one that has moved further off meanwhile,
/// as the next token's does with each token, costs no timer.
final class CallWatch {

    /// Why a call was cut.
    enum Cut {
        CONNECT,
        SILENCE,
        DEADLINE,
        CLOSED
    }

    private static final long NEVER = Long.MAX_VALUE;

    private final Alarms alarms;
    private final Departure departure;
    private final Runnable cancel;
    private final long began = System.nanoTime();
    private final long total;
    private final long connect;
    private final AtomicReference<@Nullable Cut> cut = new AtomicReference<>();

    // All times are nanoseconds since the call began.
    private long expected;
    private long wakes = NEVER;
    private @Nullable Future<?> waiting;
    private boolean over;

    CallWatch(
            Alarms alarms, Departure departure, Runnable cancel, Duration total, Duration connect, Duration firstByte) {
        this.alarms = alarms;
        this.departure = departure;
        this.cancel = cancel;
        this.total = total.toNanos();
        this.connect = connect.toNanos();
        this.expected = firstByte.toNanos();
    }

    /// @throws RejectedExecutionException if the client is being closed
    synchronized void start() {
        sleep(Math.min(total, Math.min(connect, expected)));
    }

    private long now() {
        return System.nanoTime() - began;
    }

    synchronized void expectWithin(Duration time) {
        expected = now() + time.toNanos();
        if (expected < wakes) {
            sleep(expected);
        }
    }

    synchronized void expectNothing() {
        expected = NEVER;
    }

    private void sleep(long until) {
        if (over) {
            return;
        }
        if (waiting != null) {
            waiting.cancel(false);
        }
        wakes = until;
        waiting = alarms.after(Math.max(0, until - now()), this::wake);
    }

    private void wake() {
        var reason = due();
        if (reason != null) {
            cut(reason);
        }
    }

    /// What the time has come for; sleeps on where it is nothing.
    private synchronized @Nullable Cut due() {
        long now = now();
        if (now >= total) {
            return Cut.DEADLINE;
        }
        if (now >= connect && !departure.hasBegun()) {
            return Cut.CONNECT;
        }
        if (now >= expected) {
            return Cut.SILENCE;
        }
        try {
            sleep(Math.min(total, Math.min(now < connect ? connect : NEVER, expected)));
            return null;
        } catch (RejectedExecutionException closing) {
            return Cut.CLOSED;
        }
    }

    /// Cuts the call now. The first reason is kept.
    void cut(Cut reason) {
        if (cut.compareAndSet(null, reason)) {
            end();
            cancel.run();
        }
    }

    /// The call is over; nothing is cut any more.
    synchronized void end() {
        over = true;
        if (waiting != null) {
            waiting.cancel(false);
        }
    }

    @Nullable
    Cut reason() {
        return cut.get();
    }
}
