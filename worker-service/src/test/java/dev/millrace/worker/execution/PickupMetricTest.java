package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.Work;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How long jobs waited for a worker, as the metric tells it.
@DisplayNameGeneration(ReplaceUnderscores.class)
class PickupMetricTest {

    @TempDir
    Path assets;

    private final TestDatabase database = TestDatabase.create();
    private final Work work = new Work(database);

    @AfterEach
    void end() {
        database.close();
    }

    @Test
    void is_from_acceptance_to_a_worker_once_for_each_job_that_ran_at_its_first_chance() {
        // Accepted before there is a worker.
        var fresh = work.chat("sim-chat");
        var retried = work.chat("sim-chat~status=500~times=1~per=prompt");
        var takenBack = work.chat("sim-chat");
        work.alter("update job_dispatch set take_backs = 1 where job_id = :id", takenBack);

        try (var worker = RunningWorker.start(database, new Provider(), assets)) {
            assertThat(work.awaitEnd(fresh)).isEqualTo("succeeded");
            assertThat(work.awaitEnd(retried)).isEqualTo("succeeded");
            assertThat(work.awaitEnd(takenBack)).isEqualTo("succeeded");
            assertThat(work.attempts(retried)).hasSize(2);

            var pickup = worker.bean(MeterRegistry.class)
                    .get("millrace.job.pickup")
                    .tag("kind", "chat")
                    .timer();
            assertThat(pickup.count())
                    .as("neither a retry nor what was taken back")
                    .isEqualTo(2);
            long waited = work.number("""
                    select floor(extract(epoch from e.started_at - j.created_at) * 1000)
                    from job_end e join job j on j.id = e.job_id where e.job_id = :id""", fresh);
            assertThat(pickup.max(TimeUnit.MILLISECONDS))
                    .as("most of it before there was a worker")
                    .isGreaterThanOrEqualTo(waited - 5);
        }
    }
}
