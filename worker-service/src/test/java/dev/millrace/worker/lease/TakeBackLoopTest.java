package dev.millrace.worker.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.event.JobSignals;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import dev.millrace.kafka.Publisher;
import dev.millrace.lease.LeaseSettings;
import dev.millrace.lease.TakeBacks;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.apache.kafka.clients.producer.MockProducer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TakeBackLoopTest {

    private static final TestDatabase test = TestDatabase.create();

    private final TestJobs jobs = new TestJobs(test);
    private final TestLease lease = new TestLease(test);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TakeBackLoop loop = new TakeBackLoop(
            lease.keeper(),
            new TakeBacks(test.database(), new LeaseSettings(TestJobs.LEASE, Duration.ofSeconds(1), 3), Duration.ZERO),
            new JobSignals(new Publisher(new MockProducer<>())),
            meters);

    private ClaimedJob first;
    private ClaimedJob second;

    @AfterAll
    static void end() {
        test.close();
    }

    @BeforeEach
    void aLostWorker() {
        jobs.forgetUnfinished();
        var lost = jobs.worker();
        first = jobs.running(lost, Submission.chat());
        second = jobs.running(lost, Submission.video());
        jobs.silence(lost);
    }

    private double takenBack() {
        var counter = meters.find("millrace.jobs.taken.back").counter();
        return counter == null ? 0 : counter.count();
    }

    private void steadyFor(String time) {
        test.database()
                .client()
                .sql("update worker set steady_since = now() - :time::interval where id = :id")
                .param("time", time)
                .param("id", lease.keeper().worker())
                .update();
    }

    @Test
    void a_worker_that_was_heard_for_a_whole_lease_takes_the_jobs_of_lost_ones_and_counts_them() {
        lease.beat();
        steadyFor("5 seconds");

        loop.round();

        assertThat(jobs.place(first.id())).isEqualTo("dispatch");
        assertThat(jobs.place(second.id())).isEqualTo("dispatch");
        assertThat(takenBack()).isEqualTo(2);
        loop.round();
        assertThat(takenBack()).isEqualTo(2);
    }

    /// With a lease of five seconds, of which a taker waits out a whole one, that is within the ten in which a dead
    /// worker's
    /// jobs are to be taken back.
    @Test
    void it_looks_every_second() {
        assertThat(loop.round()).isLessThanOrEqualTo(Duration.ofSeconds(1));
        lease.beat();
        steadyFor("1 minute");
        assertThat(loop.round()).isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void one_that_was_not_takes_nothing() {
        loop.round();
        lease.beat();
        loop.round();
        steadyFor("4.5 seconds");
        loop.round();
        steadyFor("1 minute");
        lease.lapse();
        loop.round();

        assertThat(jobs.place(first.id())).isEqualTo("run");
        assertThat(takenBack()).isZero();
    }
}
