package dev.millrace.api.follow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.TestWorker;
import dev.millrace.job.JobId;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Without Kafka: what is shown here holds then too.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class WaitingTest {

    private static final Executor threads = Thread::startVirtualThread;

    private final RunningApi api = SharedApi.get();
    private final ApiClient caller = api.newCaller();
    private final TestWorker worker = api.worker();

    @Test
    void a_wait_is_answered_when_the_job_ends() {
        var id = caller.submitChat();
        var claimed = worker.claim(id);
        var wait = begin(id, "wait=30", "");

        worker.succeed(claimed, "{}", null);

        assertThat(soon(wait).json().path("status").asString()).isEqualTo("succeeded");
    }

    @Test
    void a_wait_is_answered_at_once_when_this_instance_is_told() {
        var id = caller.submitChat();
        var wait = begin(id, "wait=30", "");

        long began = System.nanoTime();
        caller.post("/v1/jobs/" + id + "/cancel");

        assertThat(soon(wait).json().path("status").asString()).isEqualTo("cancelled");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(900));
    }

    @Test
    void a_wait_for_a_finished_job_is_answered_at_once() {
        var id = caller.submitChat();
        caller.post("/v1/jobs/" + id + "/cancel");

        long began = System.nanoTime();
        var job = caller.with("Prefer", "wait=30").job(id);

        assertThat(job.json().path("status").asString()).isEqualTo("cancelled");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void a_wait_ends_after_its_time_with_the_job_as_it_is_then() {
        var id = caller.submitChat();

        long began = System.nanoTime();
        var job = caller.with("Prefer", "wait=1").job(id);

        assertThat(job.status()).isEqualTo(200);
        assertThat(job.json().path("status").asString()).isEqualTo("queued");
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofSeconds(1), Duration.ofMillis(1_300));
    }

    @Test
    void with_after_sequence_a_wait_ends_once_the_job_has_passed_it() {
        var id = caller.submitChat();
        var wait = begin(id, "wait=30", "?after_sequence=1");

        worker.claim(id);

        var job = soon(wait).json();
        assertThat(job.path("status").asString()).isEqualTo("running");
        assertThat(job.path("sequence").asInt()).isEqualTo(2);
    }

    @Test
    void a_sequence_that_was_passed_before_needs_no_wait() {
        var id = caller.submitChat();

        long began = System.nanoTime();
        var job = caller.with("Prefer", "wait=30").get("/v1/jobs/" + id + "?after_sequence=0");

        assertThat(job.json().path("sequence").asInt()).isEqualTo(1);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void a_sequence_that_is_no_number_is_refused_by_name() {
        var reply = caller.get("/v1/jobs/" + caller.submitChat() + "?after_sequence=x");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.param()).isEqualTo("after_sequence");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait", "wait=", "wait=soon", "wait=-5", "await=30", "respond-async", "wait=1.5"})
    void a_preference_that_can_not_be_read_is_ignored(String preference) {
        var id = caller.submitChat();

        long began = System.nanoTime();
        assertThat(caller.with("Prefer", preference).job(id).status()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void a_wait_for_a_job_that_nobody_has_is_a_404_at_once() {
        long began = System.nanoTime();
        assertThat(caller.with("Prefer", "wait=30").job(JobId.next().toString()).status())
                .isEqualTo(404);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void a_hundred_wait_for_one_job_and_all_are_told() {
        var id = caller.submitChat();
        var waits = new java.util.ArrayList<CompletableFuture<Reply>>();
        for (int i = 0; i < 100; i++) {
            waits.add(call(id, "wait=30", ""));
        }
        awaitWaiting(100);

        worker.succeed(worker.claim(id), "{}", null);

        for (var wait : waits) {
            assertThat(soon(wait).json().path("status").asString()).isEqualTo("succeeded");
        }
        awaitWaiting(0);
    }

    @Test
    void a_clean_stop_ends_all_waits_at_once_with_the_job_as_it_is(@TempDir Path assets) {
        var stopping = RunningApi.start(assets);
        var waiter = stopping.newCaller();
        var id = waiter.submitChat();
        var wait = CompletableFuture.supplyAsync(
                () -> waiter.with("Prefer", "wait=60").job(id), threads);
        awaitWaiting(stopping, 1);

        long began = System.nanoTime();
        stopping.close();

        assertThat(soon(wait).json().path("status").asString()).isEqualTo("queued");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    }

    private CompletableFuture<Reply> begin(String id, String preference, String query) {
        double before = waiting(api);
        var call = call(id, preference, query);
        awaitWaiting((int) before + 1);
        return call;
    }

    private CompletableFuture<Reply> call(String id, String preference, String query) {
        return CompletableFuture.supplyAsync(
                () -> caller.with("Prefer", preference).get("/v1/jobs/" + id + query), threads);
    }

    private void awaitWaiting(int count) {
        awaitWaiting(api, count);
    }

    private static void awaitWaiting(RunningApi api, int count) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> waiting(api) == count);
    }

    private static double waiting(RunningApi api) {
        return api.bean(MeterRegistry.class)
                .get("millrace.waits.in.progress")
                .gauge()
                .value();
    }

    private static Reply soon(CompletableFuture<Reply> wait) {
        return wait.orTimeout(10, TimeUnit.SECONDS).join();
    }
}
