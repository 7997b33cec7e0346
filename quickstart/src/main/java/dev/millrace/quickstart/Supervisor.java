package dev.millrace.quickstart;

import dev.millrace.quickstart.platform.Platform;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Starts parts of a platform again that ended by themselves. One that does so for the fifth time within two minutes is
/// beyond help, and everything is stopped.
final class Supervisor {

    private static final int DEATHS = 5;
    private static final Duration WINDOW = Duration.ofMinutes(2);

    private final Console console;
    private final Map<String, Deque<Long>> deaths = new HashMap<>();
    // One at a time, and not on the thread that brings the news.
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("supervisor").factory());

    private @Nullable Platform platform;
    private @Nullable CountDownLatch beyondHelp;
    private boolean resting;
    private String reason = "";

    Supervisor(Console console) {
        this.console = console;
    }

    /// Looks after the platform from now on; `hopeless` is released when a part can't be kept alive.
    synchronized void watch(Platform started, CountDownLatch hopeless) {
        platform = started;
        beyondHelp = hopeless;
    }

    /// Does nothing any more.
    synchronized void rest() {
        resting = true;
    }

    /// Why everything has to stop.
    synchronized String reason() {
        return reason;
    }

    /// A part ended without having been asked to.
    synchronized void died(String part) {
        var watched = platform;
        var hopeless = beyondHelp;
        // While the platform starts, its start fails by itself.
        if (resting || watched == null || hopeless == null) {
            return;
        }
        var times = deaths.computeIfAbsent(part, first -> new ArrayDeque<>());
        long now = System.nanoTime();
        times.addLast(now);
        times.removeIf(time -> now - time > WINDOW.toNanos());
        if (times.size() >= DEATHS) {
            giveUp(
                    hopeless,
                    "%s ended %d times within %d s; its log is in %s."
                            .formatted(part, DEATHS, WINDOW.toSeconds(), watched.logs()));
            return;
        }
        console.line("%s ended by itself and is started again; its log is in %s", part, watched.logs());
        thread.execute(() -> restart(watched, hopeless, part));
    }

    private void restart(Platform watched, CountDownLatch hopeless, String part) {
        try {
            watched.restart(part);
            console.line("%s is ready again", part);
        } catch (RuntimeException failure) {
            synchronized (this) {
                if (!resting) {
                    giveUp(hopeless, part + " could not be started again: " + failure.getMessage());
                }
            }
        }
    }

    private void giveUp(CountDownLatch hopeless, String why) {
        reason = why;
        hopeless.countDown();
    }
}
