package dev.millrace.worker.lease;

import dev.millrace.database.Database;
import dev.millrace.database.DatabaseWatch;
import dev.millrace.database.FaultySource;
import dev.millrace.database.TestDatabase;
import dev.millrace.job.TestJobs;
import dev.millrace.lease.LeaseSettings;
import dev.millrace.lease.Workers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/// A worker's lease whose time, and whose heartbeats, are a test's to give.
public final class TestLease {

    private static final LeaseSettings SETTINGS = new LeaseSettings(TestJobs.LEASE, Duration.ofSeconds(1), 3);

    private final TestDatabase test;
    private final AtomicLong nanos = new AtomicLong();
    private final FaultySource network;
    private final LeaseKeeper keeper;

    public TestLease(TestDatabase test) {
        this.test = test;
        this.network = new FaultySource(test.source());
        var database = new Database(network);
        this.keeper = new LeaseKeeper(
                new Workers(database, TestJobs.LEASE),
                new DatabaseWatch(network, database, List.of()),
                SETTINGS,
                "a test's",
                nanos::get);
    }

    public LeaseKeeper keeper() {
        return keeper;
    }

    public void beat() {
        keeper.beat();
    }

    /// Lets time pass without a heartbeat, for the worker and for the database.
    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
        change(keeper.worker(), "heartbeat_at = heartbeat_at - interval '" + time.toMillis() + " ms'");
    }

    /// Lets time pass for the worker alone, so that it may start nothing until the next heartbeat.
    public void lapse() {
        nanos.addAndGet(SETTINGS.duration().toNanos());
    }

    /// As if another worker had declared this one lost.
    public void lose() {
        change(keeper.worker(), "lost_at = now()");
    }

    /// Between the worker and the database.
    FaultySource network() {
        return network;
    }

    AtomicLong nanos() {
        return nanos;
    }

    private void change(UUID worker, String columns) {
        test.database()
                .client()
                .sql("update worker set " + columns + " where id = :id")
                .param("id", worker)
                .update();
    }
}
