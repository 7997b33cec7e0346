package dev.millrace.api.follow;

import dev.millrace.event.JobSignals;
import dev.millrace.job.Job;
import dev.millrace.job.JobId;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/// Who waits for which job. A waiter holds a virtual thread and nothing else: no connection, no query of its own. It is
/// woken by a signal, or by the sweep that looks at all awaited jobs together, and then reads its job.
@Component
public final class Waits implements SmartLifecycle {

    /// One caller's wait. A permit means: look again.
    private static final class Waiter {
        private final Semaphore wakes = new Semaphore(0);
        private volatile int sequence;

        void wake() {
            wakes.release();
        }
    }

    private final ConcurrentHashMap<JobId, Set<Waiter>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean running;

    Waits(MeterRegistry meters) {
        meters.gauge("millrace.waits.in.progress", count);
    }

    /// Waits until a job is as wanted, for at most `upTo`.
    ///
    /// @param read reads the job as it is now
    /// @return the job as last read, whether as wanted or not; empty if there is none
    public Optional<Job> until(JobId id, Duration upTo, Supplier<Optional<Job>> read, Predicate<Job> wanted) {
        if (upTo.isZero()) {
            return read.get();
        }
        long until = System.nanoTime() + upTo.toNanos();
        var waiter = new Waiter();
        add(id, waiter);
        try {
            while (true) {
                // Whatever has woken it so far is in what is read now.
                waiter.wakes.drainPermits();
                var job = read.get();
                if (job.isEmpty() || wanted.test(job.get())) {
                    return job;
                }
                waiter.sequence = job.get().sequence();
                long left = until - System.nanoTime();
                if (!running || left <= 0 || !waiter.wakes.tryAcquire(left, TimeUnit.NANOSECONDS)) {
                    return running ? read.get() : job;
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return read.get();
        } finally {
            remove(id, waiter);
        }
    }

    private void add(JobId id, Waiter waiter) {
        waiting.compute(id, (key, waiters) -> {
            var all = waiters == null ? ConcurrentHashMap.<Waiter>newKeySet() : waiters;
            all.add(waiter);
            return all;
        });
        count.incrementAndGet();
    }

    private void remove(JobId id, Waiter waiter) {
        waiting.computeIfPresent(id, (key, waiters) -> {
            waiters.remove(waiter);
            return waiters.isEmpty() ? null : waiters;
        });
        count.decrementAndGet();
    }

    boolean none() {
        return waiting.isEmpty();
    }

    Collection<JobId> awaited() {
        return waiting.keySet();
    }

    /// Wakes whoever waits for a job.
    public void wake(JobId id) {
        var waiters = waiting.get(id);
        if (waiters != null) {
            waiters.forEach(Waiter::wake);
        }
    }

    /// Wakes whoever waits for one of the jobs that a record tells of.
    ///
    /// @param record of [JobSignals]; what is none is passed over
    void signalled(byte[] record) {
        if (!none()) {
            JobSignals.read(record).forEach(signal -> wake(signal.job()));
        }
    }

    /// Wakes those who have not seen this sequence of the job.
    void reached(JobId id, int sequence) {
        var waiters = waiting.get(id);
        if (waiters != null) {
            waiters.forEach(waiter -> {
                if (waiter.sequence < sequence) {
                    waiter.wake();
                }
            });
        }
    }

    @Override
    public void start() {
        running = true;
    }

    /// Ends all waits with the job as it is, before the web server waits for their requests.
    @Override
    public void stop() {
        running = false;
        waiting.values().forEach(waiters -> waiters.forEach(Waiter::wake));
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
