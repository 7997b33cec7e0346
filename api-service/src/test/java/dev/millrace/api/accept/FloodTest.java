package dev.millrace.api.accept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.Submissions;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A project that submits faster than can be committed, and the neighbours who come after it.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FloodTest {

    private static final int ROOM = 27;

    @TempDir
    private Path assets = Path.of("");

    /// Nothing is committed until it is closed.
    private static final class Stalled implements AutoCloseable {
        private final CountDownLatch letGo = new CountDownLatch(1);
        private final CompletableFuture<Boolean> transaction;

        Stalled(RunningApi api) {
            var locked = new CompletableFuture<Boolean>();
            transaction = CompletableFuture.supplyAsync(
                    () -> api.database().inTransaction(connection -> {
                        try (var statement = connection.createStatement()) {
                            statement.execute("lock table job in exclusive mode");
                        }
                        locked.complete(true);
                        try {
                            return letGo.await(60, TimeUnit.SECONDS);
                        } catch (InterruptedException interrupted) {
                            throw new IllegalStateException(interrupted);
                        }
                    }),
                    Thread::startVirtualThread);
            assertThat(locked.join()).isTrue();
        }

        @Override
        public void close() {
            letGo.countDown();
            transaction.join();
        }
    }

    private static CompletableFuture<Reply> submitAside(ApiClient caller) {
        return CompletableFuture.supplyAsync(
                () -> caller.post("/v1/jobs", Submissions.chat()), Thread::startVirtualThread);
    }

    private static void awaitWaiting(RunningApi api, int count) {
        var waiting =
                api.bean(MeterRegistry.class).get("millrace.accept.waiting").gauge();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> waiting.value() == count);
    }

    @Test
    void one_projects_flood_leaves_its_neighbours_submissions_accepted() {
        try (var api = RunningApi.start(
                assets,
                "millrace.accept.writers=1",
                "millrace.accept.within=20s",
                "millrace.accept.most-waiting=" + ROOM)) {
            var greedy = api.newCaller();
            var neighbours = List.of(api.newCaller(), api.newCaller());
            List<CompletableFuture<Reply>> flood;
            List<CompletableFuture<Reply>> others;
            try (var stalled = new Stalled(api)) {
                // One is being written; the rest waits.
                flood = Stream.of(submitAside(greedy)).toList();
                awaitBeingWritten(api);
                flood = Stream.concat(
                                flood.stream(),
                                Stream.generate(() -> submitAside(greedy)).limit(2 * ROOM))
                        .toList();
                awaitWaiting(api, ROOM * 8 / 9);

                assertThat(greedy.post("/v1/jobs", Submissions.chat()).code()).isEqualTo("overloaded");
                others = neighbours.stream().map(FloodTest::submitAside).toList();
                awaitWaiting(api, ROOM * 8 / 9 + others.size());
            }

            assertThat(others.stream().map(reply -> reply.join().status())).containsOnly(202);
            assertThat(flood.stream().map(reply -> reply.join().status())).containsOnly(202, 429);
            assertThat(flood.stream().filter(reply -> reply.join().status() == 202))
                    .hasSize(1 + ROOM * 8 / 9);
            assertThat(flood.stream()
                            .map(CompletableFuture::join)
                            .filter(reply -> reply.status() == 429)
                            .map(reply -> reply.header("retry-after").isPresent()))
                    .containsOnly(true);
        }
    }

    private static void awaitBeingWritten(RunningApi api) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .until(() ->
                        api.database().client().sql("""
                                select count(*) from pg_stat_activity
                                where datname = current_database() and wait_event_type = 'Lock'
                                """).query(Integer.class).single() > 0);
    }
}
