package dev.millrace.worker.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.FaultySource.Fate;
import dev.millrace.database.TestDatabase;
import dev.millrace.job.TestJobs;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LeaseKeeperTest {

    private static final TestDatabase test = TestDatabase.create();

    private final TestJobs jobs = new TestJobs(test);
    private final TestLease lease = new TestLease(test);
    private final LeaseKeeper keeper = lease.keeper();
    private UUID first = keeper.worker();

    @AfterAll
    static void end() {
        test.close();
    }

    @BeforeEach
    void registered() {
        assertThat(keeper.mayStart()).as("before it is registered").isFalse();
        lease.beat();
        first = keeper.worker();
    }

    private boolean isKnown(String condition) {
        return jobs.count("worker", "id = '%s' and %s".formatted(first, condition)) == 1;
    }

    /// Waits for the lease on a thread of its own, which waits by now.
    private FutureTask<Boolean> waiting() {
        var wait = new FutureTask<>(() -> keeper.awaitStart(first));
        var thread = Thread.ofVirtual().start(wait);
        Awaitility.await("it waits")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> thread.getState() == Thread.State.WAITING);
        return wait;
    }

    @Test
    void calls_are_started_until_a_fifth_of_the_lease_is_left() {
        assertThat(keeper.mayStart()).isTrue();
        assertThat(isKnown("name = 'a test''s'")).isTrue();
        lease.advance(Duration.ofMillis(3_999));
        assertThat(keeper.mayStart()).isTrue();
        assertThat(keeper.mayStart(first)).isTrue();
        lease.advance(Duration.ofMillis(1));
        assertThat(keeper.mayStart()).isFalse();
        assertThat(keeper.mayStart(first)).isFalse();
    }

    @Test
    void a_lease_is_reckoned_from_before_its_renewal_was_sent() {
        lease.advance(Duration.ofSeconds(1));
        lease.network().then(Fate.ANSWERED, () -> lease.nanos().addAndGet(2_000_000_000L));
        lease.beat();

        lease.advance(Duration.ofMillis(1_999));
        assertThat(keeper.mayStart()).isTrue();
        lease.advance(Duration.ofMillis(1));
        assertThat(keeper.mayStart()).isFalse();
    }

    @Test
    void after_an_outage_of_any_length_a_worker_goes_on_under_its_id() {
        lease.network().then(Fate.NOT_SENT).then(Fate.NOT_SENT);
        lease.beat();
        lease.advance(Duration.ofHours(3));
        lease.beat();
        assertThat(keeper.mayStart()).isFalse();

        lease.beat();

        assertThat(keeper.worker()).isEqualTo(first);
        assertThat(keeper.mayStart(first)).isTrue();
    }

    @Test
    void a_renewal_whose_answer_was_lost_is_none() {
        lease.advance(Duration.ofMillis(3_999));
        lease.network().then(Fate.ANSWER_LOST);
        lease.beat();
        lease.advance(Duration.ofMillis(1));
        assertThat(keeper.mayStart()).isFalse();
    }

    @Test
    void one_that_was_declared_lost_goes_on_under_a_new_id_and_starts_nothing_under_the_old() {
        lease.lose();
        lease.beat();

        assertThat(keeper.worker()).isNotEqualTo(first);
        assertThat(keeper.mayStart(first)).isFalse();
        assertThat(keeper.mayStart(keeper.worker())).isTrue();
        first = keeper.worker();
        assertThat(isKnown("lost_at is null")).isTrue();
    }

    @Test
    void a_registration_whose_answer_was_lost_is_made_anew() {
        lease.lose();
        lease.network().then(Fate.ANSWERED).then(Fate.ANSWER_LOST);
        lease.beat();
        assertThat(keeper.mayStart()).isFalse();

        lease.beat();

        assertThat(keeper.mayStart()).isTrue();
    }

    @Test
    void what_was_claimed_under_an_id_waits_for_its_lease_through_an_outage() throws Exception {
        lease.advance(Duration.ofHours(1));
        var wait = waiting();

        lease.beat();

        assertThat(wait.get()).isTrue();
    }

    @Test
    void it_does_not_wait_for_a_lease_that_is_lost() throws Exception {
        lease.advance(Duration.ofHours(1));
        var wait = waiting();

        lease.lose();
        lease.beat();

        assertThat(wait.get()).isFalse();
        assertThat(keeper.awaitStart(first)).isFalse();
    }

    @Test
    void a_worker_that_stops_has_no_lease_and_nobody_waits_for_it() throws Exception {
        lease.advance(Duration.ofHours(1));
        var wait = waiting();

        keeper.stop();

        assertThat(wait.get()).isFalse();
        assertThat(keeper.mayStart()).isFalse();
        assertThat(isKnown("lost_at is not null")).isTrue();
    }
}
