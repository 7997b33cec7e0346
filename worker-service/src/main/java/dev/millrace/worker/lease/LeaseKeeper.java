package dev.millrace.worker.lease;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.job.Uuid7;
import dev.millrace.lease.LeaseSettings;
import dev.millrace.lease.Workers;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.worker.Phases;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/// This worker's lease: one row, renewed every second. Between renewals the worker reckons with its own monotonic
/// clock, from before the renewal was sent, so it stops starting calls before anyone can declare it lost. While the
/// database is away nobody can, and a worker that comes back before it was has its lease and its jobs as before.
@Component
public class LeaseKeeper implements SmartLifecycle {

    private static final Duration REGISTER_AGAIN = Duration.ofMillis(50);

    private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);

    private final Workers workers;
    private final DatabaseWatch database;
    private final LeaseSettings settings;
    private final String name;
    private final LongSupplier nanos;
    private final long leaseNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    private volatile UUID worker = Uuid7.next();
    private volatile long renewedAt;
    private volatile boolean registered;
    private volatile boolean stopped;
    private Thread thread = new Thread();

    @Autowired
    LeaseKeeper(Workers workers, DatabaseWatch database, MillraceSettings settings) {
        // The process's number tells an operator, and a test, which process it is.
        this(
                workers,
                database,
                settings.lease(),
                settings.worker().name() + ':' + ProcessHandle.current().pid(),
                System::nanoTime);
    }

    LeaseKeeper(Workers workers, DatabaseWatch database, LeaseSettings settings, String name, LongSupplier nanos) {
        this.workers = workers;
        this.database = database;
        this.settings = settings;
        this.name = name;
        this.nanos = nanos;
        this.leaseNanos = settings.duration().toNanos();
    }

    /// The id under which this worker claims now. A worker that was declared lost goes on under a new one.
    public UUID worker() {
        return worker;
    }

    /// Whether a call may be started: the lease has at least a fifth of its time left.
    public boolean mayStart() {
        return registered && nanos.getAsLong() - renewedAt < leaseNanos - leaseNanos / 5;
    }

    /// Whether a call under this worker id may be started.
    public boolean mayStart(UUID under) {
        return under.equals(worker) && mayStart();
    }

    /// Waits until a call under this worker id may be started, as long as the database is away.
    ///
    /// @return false if it never will: what was claimed under this id is another's now, or will be
    public boolean awaitStart(UUID under) {
        if (mayStart(under)) {
            return true;
        }
        lock.lock();
        try {
            while (!mayStart(under)) {
                if (stopped || !under.equals(worker)) {
                    return false;
                }
                changed.awaitUninterruptibly();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Only a heartbeat or the end makes a difference to those who wait.
    private void tell() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void keep() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (database.migrated()) {
                    beat();
                }
                Thread.sleep(registered ? settings.renewEvery() : REGISTER_AGAIN);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /// One heartbeat.
    void beat() {
        long sentAt = nanos.getAsLong();
        try {
            if (!registered) {
                register(sentAt);
            } else if (workers.renew(worker)) {
                renewedAt = sentAt;
            } else {
                log.warn("Worker {} was declared lost; its jobs are others' now", worker);
                registered = false;
                register(sentAt);
            }
        } catch (DataAccessException away) {
            // The lease runs on without renewal, and mayStart() ends before it does.
            log.debug("The lease could not be renewed", away);
        } finally {
            tell();
        }
    }

    /// Under a new id each time: if the answer to a try is lost, there may be a row of it.
    private void register(long sentAt) {
        worker = Uuid7.next();
        workers.register(worker, name);
        renewedAt = sentAt;
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
        stopped = true;
        registered = false;
        tell();
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
