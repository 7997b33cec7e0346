package dev.millrace.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobId;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import java.sql.SQLException;
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

        assertThat(repairAll()).isEqualTo(2);

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
        lookAgainFrom("2 hours");
        assertThat(repairAll()).as("nothing is missing any more").isZero();
    }

    @Test
    void an_ending_is_looked_at_once_and_none_is_left_out_while_nobody_looked() {
        lookAgainFrom("30 hours");
        var first = ended("29 hours");
        lose(first);
        assertThat(repairAll())
                .as("from before the two hours that a new platform begins with")
                .isEqualTo(2);

        lose(first);
        assertThat(repairAll()).as("it was looked at").isZero();
        assertThat(reconciler.step().more()).isFalse();
        lookAgainFrom("30 hours");
        assertThat(repairAll()).isEqualTo(2);
    }

    @Test
    void while_one_worker_looks_another_finds_nothing_to_do() throws SQLException {
        lookAgainFrom("5 minutes");
        try (var other = test.source().getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("select from platform_fact where name = 'reconciled_until' for update");
            assertThat(reconciler.step()).isEqualTo(new DeliveryReconciler.Step(0, false));
            other.rollback();
        }
        assertThat(reconciler.step().more()).isTrue();
    }

    private int repairAll() {
        int repaired = 0;
        while (true) {
            var step = reconciler.step();
            repaired += step.repaired();
            if (!step.more()) {
                return repaired;
            }
        }
    }

    private void lookAgainFrom(String ago) {
        reconciler.step();
        test.database()
                .client()
                .sql("update platform_fact set value = (now() - :ago::interval)::text where name = 'reconciled_until'")
                .param("ago", ago)
                .update();
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
