package dev.millrace.job;

import static dev.millrace.database.Staged.aside;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TwoWorkersTest {

    private static final int JOBS = 10_000;

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);

    @AfterAll
    static void end() {
        test.close();
    }

    @Test
    void of_ten_thousand_jobs_whose_tokens_come_twice_shuffled_and_stale_none_runs_twice_and_all_run_once() {
        var accepted = new ArrayList<JobId>();
        for (int i = 0; i < JOBS / 500; i++) {
            accepted.addAll(jobs.accept(Submission.chat().published(), 500));
        }
        var tokens = new ArrayList<>(accepted);
        tokens.addAll(accepted);
        // Tokens of jobs that have ended, and of none.
        tokens.addAll(IntStream.range(0, 500).mapToObj(i -> JobId.next()).toList());

        var workers = IntStream.range(0, 2)
                .mapToObj(number -> aside(() -> run(shuffled(tokens, number))))
                .toList();
        var runs = workers.stream()
                .map(CompletableFuture::join)
                .flatMap(List::stream)
                .toList();

        assertThat(runs).hasSize(JOBS);
        assertThat(runs).containsExactlyInAnyOrderElementsOf(accepted);
        assertThat(jobs.count("job_end", "status = 'succeeded' and attempts = 1 and sequence = 3"))
                .isEqualTo(JOBS);
        assertThat(jobs.count("job_event", "true")).isEqualTo(2 * JOBS);
        assertThat(jobs.count("job_dispatch", "true")).isZero();
        assertThat(jobs.count("job_run", "true")).isZero();
        assertThat(workers.stream().map(CompletableFuture::join).map(List::size))
                .as("both had work")
                .allSatisfy(size -> assertThat(size).isPositive());
    }

    private static List<JobId> shuffled(List<JobId> tokens, int seed) {
        var order = new ArrayList<>(tokens);
        Collections.shuffle(order, new Random(seed));
        return order;
    }

    /// Claims and settles batch by batch, as a worker does, and picks up what is left.
    private static List<JobId> run(List<JobId> tokens) {
        var worker = jobs.worker();
        var claims = new JobClaims(test.database(), Duration.ofMinutes(5), new RequestRoom(Long.MAX_VALUE));
        var ran = new ArrayList<JobId>();
        for (int from = 0; from < tokens.size(); from += 200) {
            var batch = tokens.subList(from, Math.min(tokens.size(), from + 200));
            settle(claims.claim(worker, batch), ran);
            settle(claims.claimLeftover(worker, JobKind.CHAT, Duration.ofSeconds(30), 50), ran);
        }
        return ran;
    }

    private static void settle(List<ClaimedJob> claimed, List<JobId> ran) {
        if (!claimed.isEmpty()) {
            claimed.forEach(job -> ran.add(job.id()));
            var ended = jobs.end(claimed.stream()
                    .map(job -> Ending.succeeded(
                            job.id(),
                            job.lease().epoch(),
                            null,
                            null,
                            Optional.of(TestJobs.ended(1, AttemptStatus.SUCCEEDED, "succeeded"))))
                    .toArray(Ending[]::new));
            assertThat(ended).hasSize(claimed.size());
        }
    }
}
