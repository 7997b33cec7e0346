package dev.millrace.api.follow;

import dev.millrace.api.problem.Problem;
import dev.millrace.event.JobSignal;
import dev.millrace.event.JobSignals;
import dev.millrace.job.Job;
import dev.millrace.job.JobId;
import dev.millrace.room.SharedRoom;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.settings.WaitSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/// Who waits for which job. A waiter holds a virtual thread and its caller's connection, and nothing of the database:
/// no query of its own. It is woken by a signal, or by the sweep that looks at all awaited jobs together, and then
/// reads its job. Connections are limited, so waiters are, and those of one project more than all together.
@Component
public final class Waits implements SmartLifecycle {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /// What a caller waits for.
    public enum For {
        END,
        /// Any growth of the job's sequence.
        CHANGE
    }

    /// One caller's wait. A permit means: look again.
    private static final class Waiter {
        private final For what;
        private final Semaphore wakes = new Semaphore(0);
        private volatile int sequence;

        Waiter(For what) {
            this.what = what;
        }

        void wake() {
            wakes.release();
        }
    }

    private final ConcurrentHashMap<JobId, Set<Waiter>> waiting = new ConcurrentHashMap<>();
    private final SharedRoom<UUID> room;
    private volatile boolean running;

    @Autowired
    Waits(MillraceSettings settings, MeterRegistry meters) {
        this(settings.waits(), meters);
    }

    Waits(WaitSettings settings, MeterRegistry meters) {
        this.room = new SharedRoom<>(settings.most(), settings.mostPerProject());
        meters.gauge("millrace.waits.in.progress", room, SharedRoom::taken);
    }

    /// Waits until a job is as wanted, for at most `upTo`.
    ///
    /// @param what what it is woken for
    /// @param read reads the job as it is now
    /// @return the job as last read, whether as wanted or not; empty if there is none
    /// @throws Problem 429 if it would have to wait, and too many do
    public Optional<Job> until(
            UUID project, JobId id, Duration upTo, For what, Supplier<Optional<Job>> read, Predicate<Job> wanted) {
        if (upTo.isZero()) {
            return read.get();
        }
        long until = System.nanoTime() + upTo.toNanos();
        var waiter = new Waiter(what);
        add(id, waiter);
        boolean admitted = false;
        try {
            while (true) {
                // Whatever has woken it so far is in what is read now.
                waiter.wakes.drainPermits();
                var job = read.get();
                if (job.isEmpty() || wanted.test(job.get())) {
                    return job;
                }
                if (!admitted && !room.take(project, 1)) {
                    throw Problem.tooMany(
                            "too_many_waits",
                            "Too many calls wait for jobs; ask without 'Prefer: wait', or again later.",
                            RETRY_AFTER);
                }
                admitted = true;
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
            if (admitted) {
                room.give(project, 1);
            }
        }
    }

    private void add(JobId id, Waiter waiter) {
        waiting.compute(id, (key, waiters) -> {
            var all = waiters == null ? ConcurrentHashMap.<Waiter>newKeySet() : waiters;
            all.add(waiter);
            return all;
        });
    }

    private void remove(JobId id, Waiter waiter) {
        waiting.computeIfPresent(id, (key, waiters) -> {
            waiters.remove(waiter);
            return waiters.isEmpty() ? null : waiters;
        });
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
            JobSignals.read(record).forEach(this::wake);
        }
    }

    private void wake(JobSignal signal) {
        var waiters = waiting.get(signal.job());
        if (waiters != null) {
            waiters.forEach(waiter -> {
                if (signal.ended() || waiter.what == For.CHANGE) {
                    waiter.wake();
                }
            });
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
