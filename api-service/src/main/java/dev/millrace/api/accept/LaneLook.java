package dev.millrace.api.accept;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.dispatch.LaneWatch;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/// Looks at the lanes, the queues and the oldest waiting job, in the background, so that no submission has to. While
/// the database is away it looks on and keeps quiet: [DatabaseWatch] says it.
@Component
class LaneLook implements SmartLifecycle {

    private static final Duration EVERY = Duration.ofMillis(100);
    private static final Duration COUNT_EVERY = Duration.ofSeconds(1);

    /// A count of a long queue takes long; it is not repeated before this many times its own duration.
    private static final int COUNT_SHARE = 20;

    private static final Logger log = LoggerFactory.getLogger(LaneLook.class);

    private final DatabaseWatch watch;
    private final LaneWatch lanes;
    private final QueueLimit queues;
    private Thread thread = new Thread();
    private long countActiveAt = System.nanoTime();
    private long countQueuesAt = System.nanoTime();

    LaneLook(DatabaseWatch watch, LaneWatch lanes, QueueLimit queues) {
        this.watch = watch;
        this.lanes = lanes;
        this.queues = queues;
    }

    private void run() {
        try {
            while (true) {
                if (watch.migrated()) {
                    look();
                }
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException stopping) {
            // The end of this thread.
        }
    }

    private void look() {
        try {
            lanes.look();
            long now = System.nanoTime();
            if (now - countActiveAt >= 0) {
                lanes.count();
                countActiveAt = now + COUNT_EVERY.toNanos();
            }
            if (now - countQueuesAt >= 0) {
                long began = System.nanoTime();
                queues.count();
                countQueuesAt = now + Math.max(COUNT_EVERY.toNanos(), (System.nanoTime() - began) * COUNT_SHARE);
            }
        } catch (DataAccessException | TransactionException away) {
            log.debug("The lanes could not be looked at", away);
        }
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().daemon().name("lane-look").start(this::run);
    }

    @Override
    public void stop() {
        thread.interrupt();
    }

    @Override
    public boolean isRunning() {
        return thread.isAlive();
    }
}
