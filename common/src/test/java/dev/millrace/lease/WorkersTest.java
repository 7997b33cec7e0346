package dev.millrace.lease;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.database.Failures;
import dev.millrace.database.TestDatabase;
import dev.millrace.job.TestJobs;
import java.sql.Connection;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WorkersTest {

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);

    private final Workers workers = new Workers(test.database(), TestJobs.LEASE);

    @AfterAll
    static void end() {
        test.close();
    }

    private UUID registered() {
        var worker = UUID.randomUUID();
        workers.register(worker, "one");
        return worker;
    }

    private static void heartbeatAgo(UUID worker, String ago) {
        change(worker, "heartbeat_at = now() - interval '" + ago + "'");
    }

    private static void change(UUID worker, String columns) {
        test.database()
                .client()
                .sql("update worker set " + columns + " where id = :id")
                .param("id", worker)
                .update();
    }

    private static boolean is(UUID worker, String condition) {
        return jobs.count("worker", "id = '%s' and %s".formatted(worker, condition)) == 1;
    }

    @Test
    void a_lease_is_renewed_while_it_lasts() {
        var worker = registered();
        heartbeatAgo(worker, "4.9 seconds");
        assertThat(workers.renew(worker)).isTrue();
        assertThat(is(worker, "heartbeat_at > now() - interval '1 second'")).isTrue();
    }

    @Test
    void one_that_was_not_renewed_for_hours_is_renewed_where_nobody_has_declared_the_worker_lost() {
        var worker = registered();
        heartbeatAgo(worker, "3 hours");
        assertThat(workers.renew(worker)).isTrue();
        assertThat(is(worker, "heartbeat_at > now() - interval '1 second'")).isTrue();
    }

    @Test
    void the_lease_of_a_worker_that_was_declared_lost_is_not_renewed_nor_that_of_an_unknown_one() {
        var worker = registered();
        change(worker, "lost_at = now()");
        assertThat(workers.renew(worker)).isFalse();
        assertThat(workers.renew(worker)).isFalse();
        assertThat(workers.renew(UUID.randomUUID())).isFalse();
    }

    @Test
    void a_worker_that_leaves_has_lost_its_lease_at_once() {
        var worker = registered();
        workers.leave(worker);
        assertThat(workers.renew(worker)).isFalse();
    }

    @Test
    void a_worker_is_steady_from_its_first_heartbeat_as_long_as_none_comes_later_than_half_a_lease() {
        var worker = registered();
        assertThat(is(worker, "steady_since > now() - interval '1 second'")).isTrue();
        change(worker, "steady_since = now() - interval '1 minute'");
        heartbeatAgo(worker, "2.3 seconds");

        workers.renew(worker);
        assertThat(is(worker, "steady_since < now() - interval '1 minute'")).isTrue();

        heartbeatAgo(worker, "2.5 seconds");
        workers.renew(worker);
        assertThat(is(worker, "steady_since > now() - interval '1 second'")).isTrue();
    }

    @Test
    void a_renewal_without_an_answer_is_given_up_after_half_a_lease_and_the_next_is_good() {
        var brief = new Workers(test.database(), Duration.ofMillis(600));
        var worker = registered();
        var locked = new CountDownLatch(1);
        var letGo = new CountDownLatch(1);
        var lock = aside(() -> test.database().inTransaction(connection -> {
            try (var statement = connection.prepareStatement("select id from worker where id = ? for update")) {
                statement.setObject(1, worker);
                statement.executeQuery().close();
            }
            locked.countDown();
            await(letGo);
            return true;
        }));
        await(locked);

        assertThatThrownBy(() -> brief.renew(worker)).matches(Failures::unreachable);

        letGo.countDown();
        lock.join();
        assertThat(workers.renew(worker)).isTrue();
    }

    @Test
    void others_on_the_connection_may_wait_for_as_long_as_before() {
        var before = test.database().run(Connection::getNetworkTimeout);
        workers.renew(registered());
        assertThat(test.database().run(Connection::getNetworkTimeout)).isEqualTo(before);
    }
}
