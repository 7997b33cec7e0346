package dev.millrace.api.follow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// How many may wait: here five, three of one project's.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class WaitLimitsTest {

    private static final RunningApi api = start();

    private final ApiClient greedy = api.newCaller();
    private final String awaited = greedy.submitChat();
    private List<CompletableFuture<Reply>> waits = List.of();

    private static RunningApi start() {
        try {
            return RunningApi.start(
                    Files.createTempDirectory("millrace-waits"),
                    "millrace.waits.most=5",
                    "millrace.waits.most-per-project=3");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @BeforeEach
    void one_project_has_as_many_waits_as_it_may() {
        waits = Stream.generate(() -> begin(greedy, awaited)).limit(3).toList();
        awaitWaiting(3);
    }

    @AfterEach
    void end() {
        greedy.post("/v1/jobs/" + awaited + "/cancel");
        waits.forEach(wait -> assertThat(soon(wait).status()).isEqualTo(200));
        awaitWaiting(0);
    }

    private static CompletableFuture<Reply> begin(ApiClient caller, String job) {
        return CompletableFuture.supplyAsync(
                () -> caller.with("Prefer", "wait=60").job(job), Thread::startVirtualThread);
    }

    private static void awaitWaiting(int count) {
        var waiting =
                api.bean(MeterRegistry.class).get("millrace.waits.in.progress").gauge();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> waiting.value() == count);
    }

    private static Reply soon(CompletableFuture<Reply> wait) {
        return wait.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static void assertRefused(Reply reply) {
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.code()).isEqualTo("too_many_waits");
        assertThat(reply.header("retry-after")).hasValue("1");
    }

    @Test
    void one_more_is_refused_at_once_with_when_to_come_back() {
        assertRefused(soon(begin(greedy, awaited)));
        assertRefused(soon(begin(greedy, greedy.submitChat())));
    }

    @Test
    void whoever_need_not_wait_is_answered_all_the_same() {
        assertThat(greedy.job(awaited).status()).isEqualTo(200);

        var ended = greedy.submitChat();
        greedy.post("/v1/jobs/" + ended + "/cancel");
        assertThat(soon(begin(greedy, ended)).json().path("status").asString()).isEqualTo("cancelled");
        assertThat(greedy.with("Prefer", "wait=60")
                        .get("/v1/jobs/" + awaited + "?after_sequence=0")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void another_projects_waits_are_left_to_it_as_long_as_the_process_has_room() {
        var neighbour = api.newCaller();
        var job = neighbour.submitChat();
        var first = begin(neighbour, job);
        awaitWaiting(4);
        var second = begin(neighbour, job);
        awaitWaiting(5);

        var third = api.newCaller();
        assertRefused(soon(begin(third, third.submitChat())));

        neighbour.post("/v1/jobs/" + job + "/cancel");
        assertThat(soon(first).json().path("status").asString()).isEqualTo("cancelled");
        assertThat(soon(second).json().path("status").asString()).isEqualTo("cancelled");
    }

    @Test
    void a_wait_that_has_ended_makes_room_for_the_next() {
        var job = greedy.submitChat();
        greedy.post("/v1/jobs/" + awaited + "/cancel");
        waits.forEach(wait -> soon(wait));

        var next = begin(greedy, job);
        awaitWaiting(1);
        greedy.post("/v1/jobs/" + job + "/cancel");
        assertThat(soon(next).status()).isEqualTo(200);
    }
}
