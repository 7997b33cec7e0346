package dev.millrace.loop;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/// Work that is done over and over on a thread of its own, with a pause that each round chooses.
public abstract class Loop implements SmartLifecycle {

    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Logger log = LoggerFactory.getLogger(getClass());
    private final String name;
    private final int phase;
    private final Semaphore woken = new Semaphore(0);
    private Thread thread = new Thread();
    private volatile boolean stopping;

    protected Loop(String name, int phase) {
        this.name = name;
        this.phase = phase;
    }

    /// One round.
    ///
    /// @return the pause before the next
    protected abstract Duration round() throws InterruptedException;

    /// Ends the pause, or has none follow the round that is under way.
    protected final void wake() {
        if (woken.availablePermits() == 0) {
            woken.release();
        }
    }

    private void run() {
        while (!stopping) {
            try {
                pause(safeRound());
            } catch (InterruptedException stop) {
                return;
            }
        }
    }

    private void pause(Duration pause) throws InterruptedException {
        if (pause.isPositive() && woken.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS)) {
            woken.drainPermits();
        }
    }

    private Duration safeRound() throws InterruptedException {
        try {
            return round();
        } catch (DataAccessException | TransactionException away) {
            log.debug("A round of {} found the database away", name, away);
            return AFTER_FAILURE;
        } catch (RuntimeException bug) {
            // The loop must outlive whatever one round stumbles over.
            log.error("A round of {} failed", name, bug);
            return AFTER_FAILURE;
        }
    }

    @Override
    public void start() {
        stopping = false;
        thread = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    /// Whether a round may be interrupted where it waits. One that may not is waited for.
    protected boolean interruptible() {
        return true;
    }

    @Override
    public void stop() {
        stopping = true;
        wake();
        if (interruptible()) {
            thread.interrupt();
        }
        try {
            thread.join(PATIENCE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread.isAlive();
    }

    @Override
    public int getPhase() {
        return phase;
    }
}
