package dev.millrace.api.accept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.Submissions;
import dev.millrace.ledger.Budgets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// A project whose budget's row is held by somebody waits, and nobody else does. One writer commits all submissions
/// that take from no budget.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BudgetNeighboursTest {

    private static final RunningApi api = start();

    private final RunningApi.NewProject held = budgeted();
    private final ApiClient caller = api.withKey(held.apiKey());

    private static RunningApi start() {
        try {
            return RunningApi.start(
                    Files.createTempDirectory("millrace-neighbours"),
                    "millrace.accept.writers=1",
                    "millrace.accept.within=20s",
                    "millrace.prices.default.out=1");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static RunningApi.NewProject budgeted() {
        var project = api.newProject();
        new Budgets(api.database()).set(project.id(), BigDecimal.TEN);
        return project;
    }

    /// Holds a budget's row until it is let go.
    private static final class Held implements AutoCloseable {
        private final CountDownLatch letGo = new CountDownLatch(1);
        private final CompletableFuture<Boolean> transaction;

        Held(UUID project) {
            var locked = new CompletableFuture<Set<UUID>>();
            transaction = CompletableFuture.supplyAsync(
                    () -> api.database().inTransaction(connection -> {
                        locked.complete(Budgets.lock(connection, Set.of(project)));
                        try {
                            return letGo.await(60, TimeUnit.SECONDS);
                        } catch (InterruptedException interrupted) {
                            throw new IllegalStateException(interrupted);
                        }
                    }),
                    task -> Thread.ofVirtual().start(task));
            assertThat(locked.join()).containsExactly(project);
        }

        @Override
        public void close() {
            letGo.countDown();
            transaction.join();
        }
    }

    private static CompletableFuture<Reply> submitAside(ApiClient who) {
        return CompletableFuture.supplyAsync(
                () -> who.post("/v1/jobs", Submissions.chat()),
                task -> Thread.ofVirtual().start(task));
    }

    private static void awaitBlocked() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .until(() ->
                        api.database().client().sql("""
                                select count(*) from pg_stat_activity
                                where datname = current_database() and wait_event_type = 'Lock'
                                """).query(Integer.class).single() > 0);
    }

    /// Known to this instance as one with a budget or not, all the same.
    private List<CompletableFuture<Reply>> waitForTheRow(int submissions) {
        var waiting =
                Stream.generate(() -> submitAside(caller)).limit(submissions).toList();
        awaitBlocked();
        return waiting;
    }

    @Test
    void a_project_without_a_budget_is_never_behind_one_with() {
        List<CompletableFuture<Reply>> waiting;
        try (var row = new Held(held.id())) {
            waiting = waitForTheRow(10);

            for (int i = 0; i < 5; i++) {
                assertThat(api.newCaller().post("/v1/jobs", Submissions.chat()).status())
                        .isEqualTo(202);
            }
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
        }
        assertThat(waiting.stream().map(reply -> reply.join().status())).containsOnly(202);
    }

    @Test
    void nor_is_another_project_with_a_budget() {
        List<CompletableFuture<Reply>> waiting;
        try (var row = new Held(held.id())) {
            waiting = waitForTheRow(10);

            var other = api.withKey(budgeted().apiKey());
            for (int i = 0; i < 5; i++) {
                assertThat(other.post("/v1/jobs", Submissions.chat()).status()).isEqualTo(202);
            }
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
        }
        assertThat(waiting.stream().map(reply -> reply.join().status())).containsOnly(202);
    }
}
