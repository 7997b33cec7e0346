package dev.millrace.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.TestJobs;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WorkersTest {

    private static TestDatabase test;
    private static TestJobs jobs;

    @SuppressWarnings("NullAway") // set in @BeforeAll, which comes before
    private final Workers workers = new Workers(test.database(), TestJobs.LEASE);

    @BeforeAll
    static void begin() {
        test = TestDatabase.create();
        jobs = new TestJobs(test);
    }

    @AfterAll
    static void end() {
        test.close();
    }

    @Test
    void a_lease_is_renewed_while_it_lasts() {
        var worker = UUID.randomUUID();
        workers.register(worker, "one");
        heartbeatAgo(worker, "4.9 seconds");
        assertThat(workers.renew(worker)).isTrue();
        assertThat(jobs.count("worker", "id = '%s' and heartbeat_at > now() - interval '1 second'".formatted(worker)))
                .isEqualTo(1);
    }

    @Test
    void a_lease_that_has_ended_is_not_renewed() {
        var worker = UUID.randomUUID();
        workers.register(worker, "one");
        heartbeatAgo(worker, "5 seconds");
        assertThat(workers.renew(worker)).isFalse();
        assertThat(workers.renew(worker)).isFalse();
        assertThat(workers.renew(UUID.randomUUID())).isFalse();
    }

    @Test
    void a_worker_that_leaves_has_lost_its_lease_at_once() {
        var worker = UUID.randomUUID();
        workers.register(worker, "one");
        workers.leave(worker);
        assertThat(workers.renew(worker)).isFalse();
    }

    private static void heartbeatAgo(UUID worker, String ago) {
        test.database()
                .client()
                .sql("update worker set heartbeat_at = now() - :ago::interval where id = :id")
                .param("ago", ago)
                .param("id", worker)
                .update();
    }
}
