package dev.millrace.lease;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Who may declare a worker lost, and when: an outage of the database takes nobody's jobs.
@DisplayNameGeneration(ReplaceUnderscores.class)
class JudgingTest extends LostWorker {

    private final Workers workers = new Workers(test.database(), TestJobs.LEASE);
    private ClaimedJob job;

    @BeforeEach
    void atWork() {
        job = jobs.running(lost, Submission.chat());
    }

    private void heartbeatAgo(UUID worker, String ago) {
        change(worker, "heartbeat_at = now() - interval '" + ago + "'");
    }

    private void steadyFor(UUID worker, String time) {
        change(worker, "steady_since = now() - interval '" + time + "'");
    }

    private void change(UUID worker, String columns) {
        test.database()
                .client()
                .sql("update worker set " + columns + " where id = :id")
                .param("id", worker)
                .update();
    }

    private boolean isDeclaredLost(UUID worker) {
        return jobs.count("worker", "id = '%s' and lost_at is not null".formatted(worker)) == 1;
    }

    private void assertKeepsItsJob() {
        assertThat(isDeclaredLost(lost)).isFalse();
        assertThat(jobs.row(job.id()).owner()).isEqualTo(lost);
        assertThat(jobs.row(job.id()).epoch()).isEqualTo(job.lease().epoch());
        assertThat(jobs.row(job.id()).takeBacks()).isZero();
    }

    @Test
    void a_worker_that_comes_back_before_it_was_declared_lost_goes_on_with_all_that_it_has() {
        var video = renders.rendering(alive, "op_1");
        var render = renders.follow(lost, video.id());
        heartbeatAgo(lost, "1 hour");

        assertThat(workers.renew(lost)).isTrue();

        assertThat(takeBack().nothing()).isTrue();
        assertKeepsItsJob();
        assertThat(jobs.note(job.lease(), TestJobs.started(1))).isTrue();
        assertThat(jobs.succeed(job)).hasSize(1);
        assertThat(renders.complete(render)).isPresent();
        assertThat(jobs.place(video.id())).isEqualTo("succeeded");
    }

    @Test
    void one_that_is_declared_lost_does_not_come_back() {
        heartbeatAgo(lost, "5 seconds");

        assertThat(takeBack().requeued()).hasSize(1);

        assertThat(isDeclaredLost(lost)).isTrue();
        assertThat(workers.renew(lost)).isFalse();
        assertThat(jobs.claims().claimTakenBack(lost, job.kind(), 3)).isEmpty();
    }

    @Test
    void after_an_outage_each_has_a_whole_lease_to_be_heard_again() {
        heartbeatAgo(alive, "1 hour");
        heartbeatAgo(lost, "1 hour");
        steadyFor(alive, "2 hours");

        workers.renew(alive);
        assertThat(takeBacks.takeBack(alive).nothing()).isTrue();
        steadyFor(alive, "4.5 seconds");
        assertThat(takeBacks.takeBack(alive).nothing()).isTrue();
        assertKeepsItsJob();

        assertThat(workers.renew(lost)).isTrue();
        steadyFor(alive, "5 seconds");
        assertThat(takeBacks.takeBack(alive).nothing()).isTrue();
        assertKeepsItsJob();
    }

    @Test
    void who_is_not_heard_in_that_time_is_lost() {
        heartbeatAgo(alive, "1 hour");
        heartbeatAgo(lost, "1 hour");
        workers.renew(alive);
        steadyFor(alive, "5 seconds");

        assertThat(takeBacks.takeBack(alive).requeued()).hasSize(1);

        assertThat(jobs.row(job.id()).takeBacks()).isEqualTo(1);
    }

    /// The question was asked before the database stood still, and is answered after.
    @Test
    void a_taker_that_was_not_heard_for_half_a_lease_itself_judges_nobody() {
        steadyFor(alive, "2 hours");
        heartbeatAgo(lost, "1 hour");

        heartbeatAgo(alive, "1 hour");
        assertThat(takeBacks.takeBack(alive).nothing()).isTrue();
        heartbeatAgo(alive, "2.5 seconds");
        assertThat(takeBacks.takeBack(alive).nothing()).isTrue();
        assertThat(takeBacks.takeBack(UUID.randomUUID()).nothing()).isTrue();
        assertKeepsItsJob();

        heartbeatAgo(alive, "1 second");
        assertThat(takeBacks.takeBack(alive).requeued()).hasSize(1);
    }

    @Test
    void a_heartbeat_that_is_just_being_written_is_heard() {
        heartbeatAgo(lost, "1 hour");
        var renewed = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var renewal = aside(() -> test.database().inTransaction(connection -> {
            boolean good = workers.renew(lost);
            renewed.countDown();
            await(mayCommit);
            return good;
        }));
        await(renewed);

        assertThat(takeBack().nothing()).isTrue();

        mayCommit.countDown();
        assertThat(renewal.join()).isTrue();
        assertKeepsItsJob();
    }

    @Test
    void a_heartbeat_that_comes_while_the_jobs_are_taken_back_finds_its_worker_lost() {
        heartbeatAgo(lost, "1 hour");
        var taken = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var round = aside(() -> test.database().inTransaction(connection -> {
            var all = takeBack();
            taken.countDown();
            await(mayCommit);
            return all;
        }));
        await(taken);
        var renewal = aside(() -> workers.renew(lost));
        jobs.awaitBlocked();
        mayCommit.countDown();

        assertThat(round.join().requeued()).hasSize(1);
        assertThat(renewal.join()).isFalse();
    }
}
