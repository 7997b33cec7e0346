package dev.millrace.job;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JobClaimsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);

    private final JobClaims claims = jobs.claims();

    @AfterAll
    static void end() {
        test.close();
    }

    @BeforeEach
    void alone() {
        jobs.forgetUnfinished();
    }

    @Test
    void a_claimed_job_brings_what_is_needed_to_run_it_and_a_lease() {
        var worker = jobs.worker();
        var job = jobs.accept(Submission.video().withModel("sora-2").published());

        var claimed = claims.claim(worker, List.of(job)).getFirst();

        assertThat(claimed.lease()).isEqualTo(new Lease(job, worker, 1));
        assertThat(claimed.project()).isEqualTo(jobs.mine());
        assertThat(claimed.kind()).isEqualTo(JobKind.VIDEO);
        assertThat(claimed.model()).isEqualTo("sora-2");
        assertThat(claimed.request()).isEqualTo(Submission.REQUEST);
        assertThat(claimed.attempts()).isZero();
        assertThat(jobs.row(job).place()).isEqualTo("run");
        assertThat(jobs.row(job).owner()).isEqualTo(worker);
        assertThat(jobs.row(job).sequence()).isEqualTo(2);
        assertThat(jobs.events(job)).containsExactly("running");
    }

    @Test
    void a_worker_without_a_live_heartbeat_claims_nothing() {
        var silent = jobs.worker();
        jobs.silence(silent);
        var named = jobs.accept(Submission.chat().published());
        var takenBack = takenBack(1);
        age(named, Duration.ofMinutes(1));

        for (var nobody : List.of(silent, UUID.randomUUID())) {
            assertThat(claims.claim(nobody, List.of(named))).isEmpty();
            assertThat(claims.claimLeftover(nobody, JobKind.CHAT, SECOND, 10)).isEmpty();
            assertThat(claims.claimTakenBack(nobody, JobKind.CHAT, 3)).isEmpty();
        }
        assertThat(List.of(jobs.place(named), jobs.place(takenBack))).containsOnly("dispatch");
    }

    @Test
    void a_token_that_comes_twice_or_late_or_from_anybody_claims_nothing() {
        var worker = jobs.worker();
        var job = jobs.accept(Submission.chat().published());
        var waiting = jobs.accept(Submission.chat());

        assertThat(claims.claim(worker, List.of(job, job, waiting, JobId.next())))
                .hasSize(1);
        assertThat(claims.claim(jobs.worker(), List.of(job))).isEmpty();
        assertThat(jobs.row(job).owner()).isEqualTo(worker);
        assertThat(jobs.row(job).epoch()).isEqualTo(1);
        assertThat(jobs.place(waiting)).isEqualTo("backlog");
    }

    @Test
    void a_job_that_was_taken_back_is_claimed_by_no_token_and_among_no_leftovers() {
        var worker = jobs.worker();
        var job = takenBack(1);
        age(job, Duration.ofHours(1));

        assertThat(claims.claim(worker, List.of(job))).isEmpty();
        assertThat(claims.claimLeftover(worker, JobKind.CHAT, SECOND, 10)).isEmpty();
        assertThat(jobs.place(job)).isEqualTo("dispatch");
    }

    @Test
    void jobs_that_were_taken_back_are_claimed_one_by_one_the_least_suspect_first() {
        var worker = jobs.worker();
        var twice = takenBack(2);
        var once = takenBack(1);
        jobs.accept(Submission.chat().published());

        assertThat(claims.claimTakenBack(worker, JobKind.CHAT, 3))
                .extracting(ClaimedJob::id)
                .containsExactly(once);
        assertThat(claims.claimTakenBack(worker, JobKind.CHAT, 1)).isEmpty();
        assertThat(claims.claimTakenBack(worker, JobKind.CHAT, 3))
                .extracting(ClaimedJob::id, ClaimedJob::takeBacks)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(twice, 2));
        assertThat(claims.claimTakenBack(worker, JobKind.CHAT, 3)).isEmpty();
    }

    @Test
    void a_leftover_is_claimed_only_when_its_token_was_not_used_for_long_enough() {
        var worker = jobs.worker();
        var old = jobs.accept(Submission.chat().published());
        var older = jobs.accept(Submission.chat().published());
        var fresh = jobs.accept(Submission.chat().published());
        var otherLane = jobs.accept(Submission.video().published());
        age(old, Duration.ofMillis(1_100));
        age(older, Duration.ofMillis(2_000));
        age(otherLane, Duration.ofMillis(2_000));

        assertThat(claims.claimLeftover(worker, JobKind.CHAT, SECOND, 1))
                .extracting(ClaimedJob::id)
                .containsExactly(older);
        assertThat(claims.claimLeftover(worker, JobKind.CHAT, SECOND, 10))
                .extracting(ClaimedJob::id)
                .containsExactly(old);
        assertThat(List.of(jobs.place(fresh), jobs.place(otherLane))).containsOnly("dispatch");
    }

    @Test
    void a_second_claimer_takes_what_is_free_and_waits_for_nobody() {
        var first = jobs.worker();
        var second = jobs.worker();
        var contested = jobs.accept(Submission.chat().published());
        var free = jobs.accept(Submission.chat().published());
        age(contested, Duration.ofHours(1));
        age(free, Duration.ofMinutes(1));
        var claimed = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var slow = aside(() -> test.database().inTransaction(connection -> {
            var mine = claims.claim(first, List.of(contested));
            claimed.countDown();
            await(mayCommit);
            return mine;
        }));
        await(claimed);

        assertThat(claims.claim(second, List.of(contested))).isEmpty();
        assertThat(claims.claimLeftover(second, JobKind.CHAT, SECOND, 1))
                .extracting(ClaimedJob::id)
                .containsExactly(free);

        mayCommit.countDown();
        assertThat(slow.join()).hasSize(1);
        assertThat(jobs.row(contested).owner()).isEqualTo(first);
    }

    private static JobId takenBack(int times) {
        var job = jobs.accept(Submission.chat().published());
        test.database()
                .client()
                .sql("update job_dispatch set take_backs = :times where job_id = :id")
                .param("times", times)
                .param("id", job.value())
                .update();
        return job;
    }

    private static void age(JobId job, Duration by) {
        test.database()
                .client()
                .sql("update job_dispatch set dispatched_at = now() - :by * interval '1 ms' where job_id = :id")
                .param("by", by.toMillis())
                .param("id", job.value())
                .update();
    }
}
