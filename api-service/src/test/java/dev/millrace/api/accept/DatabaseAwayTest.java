package dev.millrace.api.accept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.access.ApiKeys;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.StoppablePostgres;
import dev.millrace.api.fixture.Submissions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// PostgreSQL not there yet, gone, and silent; for real.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DatabaseAwayTest {

    private static final Duration SOON = Duration.ofSeconds(2);

    @TempDir
    private Path folder = Path.of("");

    @TempDir
    private Path assets = Path.of("");

    @BeforeEach
    void let_the_servers_own_user_in() throws Exception {
        // Run by root, PostgreSQL runs as somebody else.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @Test
    void a_service_that_starts_first_waits_says_so_and_turns_ready_by_itself() {
        try (var postgres = new StoppablePostgres(folder);
                var api = RunningApi.startWithoutWaiting(postgres.jdbcUrl(), assets)) {
            assertThat(api.anybody().get("/livez").status()).isEqualTo(200);
            var readiness = api.anybody().get("/readyz");
            assertThat(readiness.status()).isEqualTo(503);
            assertThat(readiness
                            .json()
                            .path("components")
                            .path("database")
                            .path("status")
                            .asString())
                    .isEqualTo("OUT_OF_SERVICE");
            requireRefused(() -> api.withKey(ApiKeys.generate().reveal()).post("/v1/jobs", Submissions.chat()));
            requireRefused(() -> api.operator().post("/operator/projects", "{\"name\":\"early\"}"));

            postgres.start();

            awaitReady(api);
            assertThat(api.newCaller().post("/v1/jobs", Submissions.chat()).status())
                    .isEqualTo(202);
        }
    }

    @Test
    void while_it_is_gone_all_get_503_with_retry_after_within_2_s_and_after_it_all_goes_on_by_itself() {
        try (var postgres = started();
                var api = RunningApi.startOn(postgres.jdbcUrl(), assets)) {
            var caller = api.newCaller();
            var before = caller.submitChat();

            postgres.stop();

            requireRefused(() -> caller.post("/v1/jobs", Submissions.chat()));
            requireRefused(() -> caller.job(before));
            requireRefused(() -> caller.get("/v1/jobs"));
            requireRefused(() -> caller.post("/v1/jobs/" + before + "/cancel"));
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> readiness(api) == 503);
            assertThat(api.anybody().get("/livez").status()).isEqualTo(200);

            postgres.start();

            awaitReady(api);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> caller.post("/v1/jobs", Submissions.chat()).status() == 202);
            assertThat(caller.job(before).json().path("status").asString()).isEqualTo("queued");
        }
    }

    @Test
    void a_database_that_holds_the_connection_and_says_nothing_is_as_good_as_away() {
        try (var postgres = started();
                var api = RunningApi.startOn(postgres.jdbcUrl(), assets)) {
            var caller = api.newCaller();
            var before = caller.submitChat();

            postgres.freeze();

            requireRefused(() -> caller.post("/v1/jobs", Submissions.chat()));
            requireRefused(() -> caller.job(before));
            requireRefused(() -> caller.get("/v1/jobs"));
            requireRefused(() -> caller.post("/v1/jobs", Submissions.chat()));

            postgres.thaw();

            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> caller.post("/v1/jobs", Submissions.chat()).status() == 202);
            assertThat(caller.job(before).status()).isEqualTo(200);
        }
    }

    @Test
    void what_was_refused_before_a_writer_had_it_is_not_written_afterwards() {
        try (var postgres = started();
                var api = RunningApi.startOn(
                        postgres.jdbcUrl(), assets, "millrace.accept.writers=1", "millrace.accept.most-batch=1")) {
            var caller = api.newCaller();
            caller.submitChat();

            postgres.freeze();
            var refused = atOnce(20, () -> caller.post("/v1/jobs", Submissions.video()));
            postgres.thaw();

            assertThat(refused).allSatisfy(reply -> assertThat(reply.status()).isEqualTo(503));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> caller.post("/v1/jobs", Submissions.chat()).status() == 202);
            assertThat(caller.get("/v1/jobs?kind=video").json().path("data").size())
                    .as("at most the one that was on its way")
                    .isLessThanOrEqualTo(1);
        }
    }

    @Test
    void too_many_that_wait_for_a_commit_are_refused_with_429() {
        try (var postgres = started();
                var api = RunningApi.startOn(
                        postgres.jdbcUrl(),
                        assets,
                        "millrace.accept.writers=1",
                        "millrace.accept.most-batch=1",
                        "millrace.accept.most-waiting=3")) {
            var caller = api.newCaller();
            caller.submitChat();

            postgres.freeze();
            var replies = atOnce(20, () -> caller.post("/v1/jobs", Submissions.video()));
            postgres.thaw();

            assertThat(replies.stream().map(Reply::status)).contains(429).containsOnly(429, 503);
            assertThat(replies)
                    .allSatisfy(reply -> assertThat(reply.header("retry-after")).isPresent());
        }
    }

    private StoppablePostgres started() {
        var postgres = new StoppablePostgres(folder);
        postgres.start();
        return postgres;
    }

    private static ArrayList<Reply> atOnce(int times, Supplier<Reply> call) {
        var calls = new ArrayList<CompletableFuture<Reply>>();
        for (int i = 0; i < times; i++) {
            calls.add(CompletableFuture.supplyAsync(call, Thread::startVirtualThread));
        }
        var replies = new ArrayList<Reply>();
        calls.forEach(one -> replies.add(one.join()));
        return replies;
    }

    private static void requireRefused(Supplier<Reply> call) {
        long began = System.nanoTime();
        var reply = call.get();
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.code()).isEqualTo("database_unavailable");
        assertThat(reply.header("retry-after")).isPresent();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);
    }

    private static int readiness(RunningApi api) {
        return api.anybody().get("/readyz").status();
    }

    private static void awaitReady(RunningApi api) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> readiness(api) == 200);
    }
}
