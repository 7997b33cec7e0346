package dev.millrace.kafka;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// Looks after the topics, every few seconds, and so knows whether Kafka is there. No service waits for it.
public final class KafkaWatch implements SmartLifecycle {

    private static final Duration EVERY = Duration.ofSeconds(3);

    private static final Logger log = LoggerFactory.getLogger(KafkaWatch.class);

    private final Topics topics;
    private final BooleanSupplier prepare;
    private volatile boolean available;
    private volatile boolean told;
    private boolean prepared;
    private Thread thread = new Thread();

    /// @param prepare run each time Kafka comes, and again at the next look where it answers false
    public KafkaWatch(Topics topics, BooleanSupplier prepare) {
        this.topics = topics;
        this.prepare = prepare;
    }

    public boolean available() {
        return available;
    }

    private void watch() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                boolean now = topics.ensure();
                if (now != available || !told) {
                    log.info(now ? "Kafka is there" : "Waiting for Kafka; jobs are accepted and picked up without it");
                    told = true;
                }
                available = now;
                prepared = now && (prepared || prepare.getAsBoolean());
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().daemon().name("kafka-watch").start(this::watch);
    }

    @Override
    public void stop() {
        thread.interrupt();
    }

    @Override
    public boolean isRunning() {
        return thread.isAlive();
    }

    /// The last to stop. Spring stops what asks a bean before the bean itself, whatever their phases: in the first
    /// phase to stop it would take all of them along, in no order.
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }
}
