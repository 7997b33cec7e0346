package dev.millrace.benchmarks.stage;

import dev.millrace.benchmarks.machine.ProcStat;
import dev.millrace.quickstart.postgres.EmbeddedPostgres;
import java.util.concurrent.locks.LockSupport;

/// Looks now and then how much memory PostgreSQL holds. The kernel keeps the peak of one process, and PostgreSQL is
/// many that share most of theirs.
final class PeakMemory implements AutoCloseable {

    private static final long EVERY = 5_000_000_000L;

    private final EmbeddedPostgres postgres;
    private final Thread thread = Thread.ofPlatform().daemon().name("memory").unstarted(this::run);
    private volatile boolean closed;
    private volatile long peak;

    PeakMemory(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    void start() {
        thread.start();
    }

    long postgresPeak() {
        look();
        return peak;
    }

    private synchronized void look() {
        peak = Math.max(peak, ProcStat.proportionalBytes(postgres.pids()));
    }

    private void run() {
        while (!closed) {
            look();
            LockSupport.parkNanos(EVERY);
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
