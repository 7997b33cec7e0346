package dev.millrace.lease;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.TestJobs;
import dev.millrace.render.RenderStore;
import dev.millrace.render.TestRenders;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/// A worker that will be lost and one that stays, on a database of their own.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LostWorker {

    final TestDatabase test = TestDatabase.create();
    final TestJobs jobs = new TestJobs(test);
    final TestRenders renders = new TestRenders(test, jobs);
    final RenderStore store = new RenderStore(test.database());

    final TakeBacks takeBacks = new TakeBacks(
            test.database(), new LeaseSettings(TestJobs.LEASE, Duration.ofSeconds(1), 3), Duration.ofSeconds(90));

    UUID lost;
    UUID alive;

    /// By somebody who may.
    TakeBacks.Round takeBack() {
        return takeBacks.takeBack(jobs.judge());
    }

    @AfterAll
    void end() {
        test.close();
    }

    @BeforeEach
    void alone() {
        jobs.forgetUnfinished();
        lost = jobs.worker();
        alive = jobs.worker();
    }
}
