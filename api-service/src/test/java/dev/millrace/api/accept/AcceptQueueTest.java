package dev.millrace.api.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.batch.Combiner;
import dev.millrace.batch.Gather;
import dev.millrace.job.Acceptance;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.NewJob;
import dev.millrace.settings.AcceptSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

/// What waits for a commit, by its bytes.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@Timeout(30)
class AcceptQueueTest {

    private static final int MEGABYTE = 1024 * 1024;

    private static final AcceptSettings SETTINGS = new AcceptSettings(
            DataSize.ofMegabytes(1), 64, 1, 128, 2_048, DataSize.ofMegabytes(18), Duration.ofSeconds(2), 500_000);

    private final UUID project = UUID.randomUUID();
    private final List<Long> batches = new CopyOnWriteArrayList<>();
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore allowed = new Semaphore(0);

    private List<Acceptance> write(List<NewJob> jobs) {
        batches.add(jobs.stream().mapToLong(job -> job.request().length).sum());
        begun.release();
        allowed.acquireUninterruptibly();
        return jobs.stream()
                .<Acceptance>map(job -> new Acceptance.Accepted(Instant.EPOCH))
                .toList();
    }

    private static NewJob job(UUID project, int bytes, boolean estimated) {
        var job = new NewJob(
                JobId.next(),
                project,
                JobKind.CHAT,
                "model",
                new byte[bytes],
                Map.of(),
                Optional.empty(),
                0,
                Optional.empty(),
                Optional.empty());
        return estimated ? job.estimated(BigDecimal.ONE) : job;
    }

    /// Its first one is being written, and no other is until it is let.
    private AcceptQueue stalled(boolean estimated) throws InterruptedException {
        Combiner.Batch<NewJob, Acceptance> writer = this::write;
        var queue = new AcceptQueue(SETTINGS, Gather.NOTHING, writer);
        queue.submit(job(project, 10, estimated));
        assertThat(begun.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        return queue;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_commit_holds_no_more_than_four_megabytes_of_requests(boolean estimated) throws Exception {
        var waiting = new ArrayList<CompletableFuture<Acceptance>>();
        try (var queue = stalled(estimated)) {
            for (int i = 0; i < 10; i++) {
                waiting.add(queue.submit(job(project, MEGABYTE, estimated)));
            }
            allowed.release(100);
        }
        assertThat(waiting).allSatisfy(one -> assertThat(one).isCompleted());
        assertThat(batches).containsExactly(10L, 4L * MEGABYTE, 4L * MEGABYTE, 2L * MEGABYTE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_project_has_not_all_of_the_bytes_that_may_wait(boolean estimated) throws Exception {
        try (var queue = stalled(estimated)) {
            for (int i = 0; i < 16; i++) {
                // Whether its caller still waits or not: it is there until a writer has passed it over.
                queue.submit(job(project, MEGABYTE, estimated)).cancel(false);
            }
            assertThatThrownBy(() -> queue.submit(job(project, MEGABYTE, estimated)))
                    .isInstanceOf(RejectedExecutionException.class);

            var neighbours = queue.submit(job(UUID.randomUUID(), MEGABYTE, estimated));
            allowed.release(100);
            assertThat(neighbours.get(10, TimeUnit.SECONDS)).isInstanceOf(Acceptance.Accepted.class);
        }
    }

    @Test
    void a_commit_gathers_for_as_long_as_is_asked_of_it() throws Exception {
        Combiner.Batch<NewJob, Acceptance> writer = this::write;
        allowed.release(100);
        try (var queue = new AcceptQueue(SETTINGS, items -> Duration.ofHours(1), writer)) {
            queue.submit(job(project, 10, false)).get(10, TimeUnit.SECONDS);
            var gathered = new ArrayList<CompletableFuture<Acceptance>>();
            for (int i = 0; i < SETTINGS.mostBatch(); i++) {
                gathered.add(queue.submit(job(project, 1, false)));
            }
            gathered.getLast().get(10, TimeUnit.SECONDS);
        }
        assertThat(batches).containsExactly(10L, (long) SETTINGS.mostBatch());
    }

    @Test
    void all_projects_together_have_no_more_than_so_many_bytes() throws Exception {
        try (var queue = stalled(false)) {
            for (int i = 0; i < 18; i++) {
                queue.submit(job(UUID.randomUUID(), MEGABYTE, false));
            }
            assertThatThrownBy(() -> queue.submit(job(UUID.randomUUID(), 1, false)))
                    .isInstanceOf(RejectedExecutionException.class);
            allowed.release(100);
        }
    }
}
