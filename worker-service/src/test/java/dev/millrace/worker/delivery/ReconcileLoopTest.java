package dev.millrace.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobId;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import dev.millrace.worker.fixture.SharedWorker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ReconcileLoopTest {

    private static final TestDatabase test = TestDatabase.create();

    private final TestJobs jobs = new TestJobs(test);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ReconcileLoop loop =
            new ReconcileLoop(test.database(), SharedWorker.get().bean(DatabaseWatch.class), meters);

    @AfterAll
    static void end() {
        test.close();
    }

    @Test
    void what_was_missing_is_counted_and_nothing_else_is() {
        ended("5 minutes", false);
        ended("5 minutes", true);

        lookAtAll();

        assertThat(meters.get("millrace.reconciler.repairs").counter().count())
                .as("an event and a delivery")
                .isEqualTo(2);
        test.database()
                .client()
                .sql(
                        "update platform_fact set value = (now() - interval '2 hours')::text where name = 'reconciled_until'")
                .update();
        lookAtAll();
        assertThat(meters.get("millrace.reconciler.repairs").counter().count())
                .as("looked at once more")
                .isEqualTo(2);
    }

    /// Without a pause while there is more to look at.
    private void lookAtAll() {
        Duration pause;
        do {
            pause = loop.round();
        } while (pause.isZero());
        assertThat(pause).isEqualTo(Duration.ofSeconds(10));
    }

    private void ended(String ago, boolean broken) {
        var claimed = jobs.running(jobs.worker(), Submission.chat().telling("https://example.org/hook"));
        jobs.succeed(claimed);
        run("update job_end set finished_at = now() - interval '" + ago + "' where job_id = :id", claimed.id());
        if (broken) {
            run("delete from job_event where job_id = :id and type = 'job.succeeded'", claimed.id());
            run(
                    "delete from delivery_due where delivery_id in (select id from delivery where job_id = :id)",
                    claimed.id());
            run("delete from delivery where job_id = :id", claimed.id());
        }
    }

    private static void run(String sql, JobId job) {
        test.database().client().sql(sql).param("id", job.value()).update();
    }
}
