package dev.millrace.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobId;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DeliveryReconcilerTest {

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);

    private final DeliveryReconciler reconciler = new DeliveryReconciler(test.database());

    @AfterAll
    static void end() {
        test.close();
    }

    @Test
    void the_missing_event_and_delivery_of_an_end_are_written_as_they_would_have_been() {
        var whole = ended("5 minutes");
        var broken = ended("5 minutes");
        var bytes = body(broken);
        var tooRecent = ended("10 seconds");
        lose(broken);
        lose(tooRecent);

        assertThat(reconciler.reconcile()).isEqualTo(2);

        assertThat(jobs.events(broken)).containsExactly("running", "succeeded");
        assertThat(body(broken)).isEqualTo(bytes);
        assertThat(jobs.count(
                        "delivery_due t join delivery d on d.id = t.delivery_id",
                        "claimed_by is null and due_at <= now() and job_id = '%s'".formatted(broken.value())))
                .isEqualTo(1);
        assertThat(jobs.count("delivery", "job_id = '%s'".formatted(whole.value())))
                .isEqualTo(1);
        assertThat(jobs.count("delivery", "job_id = '%s'".formatted(tooRecent.value())))
                .isZero();
        assertThat(reconciler.reconcile()).as("nothing is missing any more").isZero();
    }

    private static JobId ended(String ago) {
        var claimed = jobs.running(jobs.worker(), Submission.chat().telling("https://example.org/hook"));
        var delivery = jobs.succeed(claimed).getFirst().delivery().orElseThrow();
        test.database()
                .client()
                .sql("update job_end set finished_at = now() - :ago::interval where job_id = :id")
                .param("ago", ago)
                .param("id", claimed.id().value())
                .update();
        test.database()
                .client()
                .sql("""
                        update delivery set body = (select event_body(job_id, sequence, 'job.succeeded', finished_at)
                                                    from job_end where job_id = :job)
                        where id = :id
                        """)
                .param("job", claimed.id().value())
                .param("id", delivery.id())
                .update();
        return claimed.id();
    }

    private static void lose(JobId job) {
        var client = test.database().client();
        client.sql("delete from job_event where job_id = :id and type = 'job.succeeded'")
                .param("id", job.value())
                .update();
        client.sql("delete from delivery_due where delivery_id in (select id from delivery where job_id = :id)")
                .param("id", job.value())
                .update();
        client.sql("delete from delivery where job_id = :id")
                .param("id", job.value())
                .update();
    }

    private static byte[] body(JobId job) {
        return test.database()
                .client()
                .sql("select body from delivery where job_id = :id")
                .param("id", job.value())
                .query(byte[].class)
                .single();
    }
}
