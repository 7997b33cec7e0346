package dev.millrace.worker.lease;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.job.Uuid7;
import dev.millrace.lease.LeaseSettings;
import dev.millrace.lease.Workers;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.worker.Phases;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/// This worker's lease: one row, renewed every second. Between renewals the worker reckons with its own monotonic
/// clock, from before the renewal was sent, so it stops starting calls before anyone can think its lease over.
@Component
public class LeaseKeeper implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);

    private final Workers workers;
    private final DatabaseWatch database;
    private final LeaseSettings settings;
    private final String name;
    private final long leaseNanos;

    private volatile UUID worker = Uuid7.next();
    private volatile long renewedAt;
    private volatile long unbrokenSince;
    private volatile boolean registered;
    private volatile boolean broken;
    private Thread thread = new Thread();

    LeaseKeeper(Workers workers, DatabaseWatch database, MillraceSettings settings) {
        this.workers = workers;
        this.database = database;
        this.settings = settings.lease();
        // The process's number tells an operator, and a test, which process it is.
        this.name = settings.worker().name() + ':' + ProcessHandle.current().pid();
        this.leaseNanos = settings.lease().duration().toNanos();
    }

    /// The id under which this worker claims now. A worker that lost its lease goes on under a new one.
    public UUID worker() {
        return worker;
    }

    /// Whether a call may be started: the lease has at least a fifth of its time left.
    public boolean mayStart() {
        return registered && System.nanoTime() - renewedAt < leaseNanos - leaseNanos / 5;
    }

    /// Whether a call under this worker id may be started.
    public boolean mayStart(UUID under) {
        return under.equals(worker) && mayStart();
    }

    /// Whether this worker may judge others: it has renewed without a break for a whole lease time, so every live
    /// worker has had the time to do so too.
    public boolean mayTakeBack() {
        return mayStart() && !broken && System.nanoTime() - unbrokenSince > leaseNanos;
    }

    private void keep() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (database.migrated()) {
                    beat();
                }
                Thread.sleep(registered ? settings.renewEvery() : Duration.ofMillis(50));
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void beat() {
        long sentAt = System.nanoTime();
        try {
            if (!registered) {
                register(sentAt);
            } else if (workers.renew(worker)) {
                if (broken || sentAt - renewedAt > leaseNanos) {
                    unbrokenSince = sentAt;
                }
                broken = false;
                renewedAt = sentAt;
            } else {
                log.warn("The lease of worker {} has ended; its jobs are others' now", worker);
                registered = false;
                worker = Uuid7.next();
                register(sentAt);
            }
        } catch (DataAccessException away) {
            // The lease runs on without renewal, and mayStart() ends before it does.
            broken = true;
            log.debug("The lease could not be renewed", away);
        }
    }

    private void register(long sentAt) {
        workers.register(worker, name);
        renewedAt = sentAt;
        unbrokenSince = sentAt;
        broken = false;
        registered = true;
        log.info("This is worker {}", worker);
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform()
                .daemon()
                .name("lease-keeper")
                .priority(Thread.MAX_PRIORITY)
                .start(this::keep);
    }

    /// Stops last of all: what is still running needs the lease.
    @Override
    public void stop() {
        thread.interrupt();
        registered = false;
        try {
            workers.leave(worker);
        } catch (DataAccessException away) {
            log.debug("The lease runs out by itself", away);
        }
    }

    @Override
    public boolean isRunning() {
        return thread.isAlive();
    }

    @Override
    public int getPhase() {
        return Phases.LEASE;
    }
}
