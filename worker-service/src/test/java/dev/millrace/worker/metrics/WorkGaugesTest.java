package dev.millrace.worker.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.database.TestDatabase;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.JobEndings;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import dev.millrace.render.TestRenders;
import dev.millrace.worker.fixture.SharedWorker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// The gauges of the database, each by its value.
@DisplayNameGeneration(ReplaceUnderscores.class)
class WorkGaugesTest {

    private static final TestDatabase test = TestDatabase.create();

    private final TestJobs jobs = new TestJobs(test);
    private final TestRenders renders = new TestRenders(test, jobs);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final WorkGauges gauges =
            new WorkGauges(test.database(), SharedWorker.get().bean(DatabaseWatch.class), meters);

    {
        jobs.forgetUnfinished();
    }

    @AfterAll
    static void end() {
        test.close();
    }

    private double jobsThatAre(String state, String kind) {
        return meters.get("millrace.jobs")
                .tags("state", state, "kind", kind)
                .gauge()
                .value();
    }

    private double age(String kind) {
        return meters.get("millrace.queue.age").tag("kind", kind).gauge().value();
    }

    private double deliveries(String state) {
        return meters.get("millrace.deliveries.waiting")
                .tag("state", state)
                .gauge()
                .value();
    }

    private void change(String sql) {
        test.database().client().sql(sql).update();
    }

    @Test
    void jobs_are_counted_by_what_they_wait_for() {
        var worker = jobs.worker();
        jobs.accept(Submission.chat(), 3);
        jobs.accept(Submission.video(), 1);
        jobs.running(worker, Submission.chat());
        jobs.running(worker, Submission.chat());
        jobs.accept(Submission.chat().published(), 4);
        renders.rendering(worker, "op_1");
        renders.rendering(worker, "op_2");
        renders.held(worker);

        gauges.round();

        assertThat(jobsThatAre("waiting", "chat")).isEqualTo(3);
        assertThat(jobsThatAre("waiting", "video")).isEqualTo(1);
        assertThat(jobsThatAre("dispatched", "chat")).isEqualTo(4);
        assertThat(jobsThatAre("running", "chat")).isEqualTo(2);
        assertThat(jobsThatAre("parked", "video")).isEqualTo(2);
        assertThat(jobsThatAre("held", "video")).isEqualTo(1);
    }

    @Test
    void the_next_look_replaces_what_was_counted() {
        jobs.accept(Submission.chat(), 3);
        gauges.round();
        jobs.forgetUnfinished();
        jobs.accept(Submission.chat(), 1);

        gauges.round();

        assertThat(jobsThatAre("waiting", "chat")).isEqualTo(1);
    }

    @Test
    void the_queue_is_as_old_as_its_oldest_job_that_is_due_published_or_not() {
        jobs.accept(Submission.chat(), 2);
        change("update job_backlog set run_at = now() - interval '50 s', turn = now() - interval '50 s'");
        jobs.accept(Submission.chat().published(), 1);
        jobs.accept(Submission.video().published(), 1);
        change("update job_dispatch set dispatched_at = now() - interval '1 hour' where lane = 'video'");

        gauges.round();

        assertThat(age("chat")).isBetween(50.0, 80.0);
        assertThat(age("video")).isBetween(3_600.0, 3_630.0);
    }

    @Test
    void what_is_not_due_yet_has_no_age() {
        jobs.accept(Submission.chat(), 1);
        change("update job_backlog set run_at = now() + interval '1 hour'");

        gauges.round();

        assertThat(meters.find("millrace.queue.age").gauges()).isEmpty();
    }

    @Test
    void deliveries_are_counted_that_are_due_and_that_were_given_up() {
        var worker = jobs.worker();
        for (int i = 0; i < 5; i++) {
            ended(jobs.running(worker, Submission.chat().telling("https://example.org/hook")));
        }
        change("""
                update delivery_due set state = 'exhausted'
                where delivery_id in (select delivery_id from delivery_due order by delivery_id limit 2)
                """);

        gauges.round();

        assertThat(deliveries("pending")).isEqualTo(3);
        assertThat(deliveries("exhausted")).isEqualTo(2);
    }

    private void ended(ClaimedJob job) {
        assertThat(JobEndings.end(
                        test.database(),
                        java.util.List.of(
                                Ending.succeeded(job.id(), job.lease().epoch(), null, null, Optional.empty())),
                        null))
                .hasSize(1);
    }
}
