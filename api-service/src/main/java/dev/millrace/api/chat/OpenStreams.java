package dev.millrace.api.chat;

import dev.millrace.api.problem.Problem;
import dev.millrace.settings.MillraceSettings;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/// The streams that run now. A clean stop lets them go on for a while; those that are left are then told, since a
/// stream that just ends looks to its caller like a whole one.
@Component
final class OpenStreams implements SmartLifecycle {

    /// Together with the web server, which waits for its answers to end.
    private static final int WITH_THE_SERVER = SmartLifecycle.DEFAULT_PHASE - 1024;

    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private final Set<EventOutlet> open = ConcurrentHashMap.newKeySet();
    private final Duration drain;
    private volatile boolean running;

    OpenStreams(MillraceSettings settings) {
        this.drain = settings.chat().drain();
    }

    void add(EventOutlet outlet) {
        open.add(outlet);
    }

    void remove(EventOutlet outlet) {
        open.remove(outlet);
    }

    @Override
    public int getPhase() {
        return WITH_THE_SERVER;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        drain();
    }

    @Override
    public void stop(Runnable stopped) {
        Thread.ofVirtual().name("stream-drain").start(() -> {
            try {
                drain();
            } finally {
                stopped.run();
            }
        });
    }

    private void drain() {
        running = false;
        long until = System.nanoTime() + drain.toNanos();
        try {
            while (!open.isEmpty() && System.nanoTime() - until < 0) {
                Thread.sleep(LOOK_EVERY);
            }
        } catch (InterruptedException now) {
            Thread.currentThread().interrupt();
        }
        var stopping = Problem.unavailable(
                "shutting_down", "This service is being stopped; please try again.", Duration.ofSeconds(1));
        for (var outlet : open) {
            // A caller who does not read keeps nobody else waiting; the server waits for all of them.
            Thread.ofVirtual().name("stream-end").start(() -> outlet.end(stopping));
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
