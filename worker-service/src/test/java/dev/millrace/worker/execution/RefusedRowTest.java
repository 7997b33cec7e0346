package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.database.Staged;
import dev.millrace.job.AttemptNotes;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ending;
import dev.millrace.job.Lease;
import dev.millrace.job.Requeue;
import dev.millrace.job.TestJobs;
import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import dev.millrace.worker.fixture.Work.Submitted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What the database refuses of one job in a batch: an attempt numbered 0, which its check does not let pass.
@DisplayNameGeneration(ReplaceUnderscores.class)
class RefusedRowTest {

    private static final int REFUSED = 0;

    private final Settler settler = SharedWorker.get().bean(Settler.class);
    private final Work work = SharedWorker.newWork();
    // One that holds jobs and does nothing else.
    private final UUID worker = new TestJobs(SharedWorker.database()).worker();

    private final Submitted first = claimed();
    private final Submitted second = claimed();
    private final Submitted before = claimed();
    private final Submitted refused = claimed();
    private final Submitted after = claimed();

    private Submitted claimed() {
        return work.claimedBy(worker.toString(), "sim-chat");
    }

    private static Optional<AttemptReport> attempt(int number, AttemptStatus status) {
        return Optional.of(TestJobs.ended(number, status, status.word()));
    }

    private void end(Submitted job, int attempt) {
        settler.end(Ending.succeeded(job.id(), 1, null, null, attempt(attempt, AttemptStatus.SUCCEEDED)));
    }

    private void requeue(Submitted job, int attempt) {
        settler.requeue(new Requeue(job.id(), 1, Duration.ofHours(1), "retry", attempt(attempt, AttemptStatus.FAILED)));
    }

    private boolean note(Submitted job, int attempt) {
        return settler.note(new AttemptNotes.Note(
                new Lease(job.id(), worker, 1),
                attempt(attempt, AttemptStatus.STARTED).orElseThrow()));
    }

    /// Holds the jobs of the first batches, until the others wait for the next.
    private void whileWritersAreHeld(List<Submitted> held, Consumer<Submitted> write, Runnable others) {
        var locked = new CompletableFuture<Boolean>();
        var letGo = new CountDownLatch(1);
        var holder = Staged.aside(() -> SharedWorker.database().database().inTransaction(connection -> {
            try (var statement =
                    connection.prepareStatement("select job_id from job_run where job_id = any (?) for update")) {
                statement.setArray(
                        1,
                        connection.createArrayOf(
                                "uuid",
                                held.stream().map(job -> job.id().value()).toArray()));
                statement.executeQuery().close();
            }
            locked.complete(true);
            Staged.await(letGo);
            return true;
        }));
        locked.join();
        for (int i = 0; i < held.size(); i++) {
            write.accept(held.get(i));
            awaitBlocked(i + 1);
        }
        others.run();
        letGo.countDown();
        holder.join();
    }

    private static void awaitBlocked(int statements) {
        Awaitility.await("so many statements wait for a lock")
                .atMost(Work.SOON)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> SharedWorker.database()
                                .database()
                                .client()
                                .sql("""
                                select count(*) from pg_stat_activity
                                where datname = current_database() and wait_event_type = 'Lock'
                                """)
                                .query(Integer.class)
                                .single()
                        >= statements);
    }

    @Test
    void an_end_that_is_refused_fails_alone() {
        whileWritersAreHeld(List.of(first, second), job -> end(job, 1), () -> {
            end(before, 1);
            end(refused, REFUSED);
            end(after, 1);
        });

        work.awaitPlace(before, "succeeded");
        work.awaitPlace(after, "succeeded");
        assertThat(work.attempts(before)).containsExactly("1 succeeded succeeded");
        work.awaitPlace(refused, "run");
    }

    @Test
    void a_job_that_can_not_be_put_back_leaves_its_neighbours_alone() {
        whileWritersAreHeld(List.of(first), job -> requeue(job, 1), () -> {
            requeue(before, 1);
            requeue(refused, REFUSED);
            requeue(after, 1);
        });

        work.awaitPlace(before, "backlog");
        work.awaitPlace(after, "backlog");
        assertThat(work.attempts(after)).containsExactly("1 failed failed");
        work.awaitPlace(refused, "run");
    }

    @Test
    void an_attempt_that_can_not_be_put_on_record_stops_its_own_job_only() throws Exception {
        var noted = new ArrayList<Future<Boolean>>();
        whileWritersAreHeld(List.of(first, second), job -> aside(job, 1, noted), () -> {
            var threads = List.of(aside(before, 1, noted), aside(refused, REFUSED, noted), aside(after, 1, noted));
            Awaitility.await("all wait for their commit")
                    .atMost(Work.SOON)
                    .until(() -> threads.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
        });

        assertThat(noted.get(2).get()).isTrue();
        assertThat(noted.get(4).get()).isTrue();
        assertThatThrownBy(noted.get(3)::get).hasStackTraceContaining("attempt_number_check");
        assertThat(work.attempts(before)).containsExactly("1 started started");
        assertThat(work.attempts(refused)).isEmpty();
    }

    private Thread aside(Submitted job, int attempt, List<Future<Boolean>> noted) {
        var task = new FutureTask<>(() -> note(job, attempt));
        noted.add(task);
        return Thread.ofVirtual().start(task);
    }
}
