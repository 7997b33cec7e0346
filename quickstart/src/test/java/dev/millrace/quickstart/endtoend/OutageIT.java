package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.client.CallFailed;
import dev.millrace.quickstart.platform.PlatformPorts;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// Kafka and PostgreSQL go away and come back under a running platform; a service or a worker dies in between. Nothing
/// that was accepted is lost, and nothing has to be restarted by hand.
@Tag("faults")
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OutageIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    static Path folder;

    private static Stage stage;

    @BeforeAll
    static void start() {
        stage = Stage.set(
                folder,
                PlatformPorts.free(),
                builder -> builder.workers(2)
                        .chatModel("slow-chat", "sim-chat~latency=2s")
                        .chatModel("long-chat", "sim-chat~latency=50s"));
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    @BeforeEach
    void everythingIsThere() {
        awaitAnswers();
    }

    private static List<String> submitChats(int count) {
        return submitChats("chat", count);
    }

    private static List<String> submitChats(String model, int count) {
        var jobs = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            jobs.add(stage.submitChat(model, Stage.newPrompt()));
        }
        return jobs;
    }

    private static List<String> liveWorkers() {
        return stage.records().texts("select id::text from worker where lost_at is null order by 1");
    }

    private static void assertAllSucceed(List<String> jobs) {
        assertThat(jobs)
                .allSatisfy(job -> assertThat(stage.awaitEnd(job).status()).isEqualTo("succeeded"));
    }

    @Test
    @Order(1)
    void kafka_stops_and_starts_during_submissions_and_every_submission_is_202() throws Exception {
        try (var submissions = new Submissions()) {
            submissions.awaitMore(20);
            stage.platform().broker().stop();
            submissions.awaitMore(20);
            assertAllSucceed(submissions.latest());
            stage.platform().broker().start();
            submissions.awaitMore(20);
            // None was refused: that would have ended them.
            assertAllSucceed(submissions.end());
        }
    }

    /// Chats that are submitted without a pause, whatever happens meanwhile.
    private static final class Submissions implements AutoCloseable {
        private final List<String> jobs = new CopyOnWriteArrayList<>();
        private final AtomicBoolean done = new AtomicBoolean();
        private int seen;
        private final FutureTask<Boolean> submitting = new FutureTask<>(() -> {
            while (!done.get()) {
                jobs.add(stage.submitChat("chat", Stage.newPrompt()));
            }
            return true;
        });

        Submissions() {
            Thread.ofPlatform().start(submitting);
        }

        void awaitMore(int count) {
            seen = jobs.size();
            int wanted = seen + count;
            Awaitility.await("so many are accepted")
                    .atMost(Stage.SOON)
                    .until(() -> jobs.size() >= wanted || submitting.isDone());
        }

        /// All but those of before the last [#awaitMore(int)].
        List<String> latest() {
            return List.copyOf(jobs.subList(seen, jobs.size()));
        }

        /// @throws java.util.concurrent.ExecutionException if one was refused
        List<String> end() throws Exception {
            done.set(true);
            submitting.get();
            return jobs;
        }

        @Override
        public void close() {
            done.set(true);
        }
    }

    @Test
    @Order(2)
    void after_the_brokers_data_is_deleted_topics_are_made_again_and_tokens_flow() throws Exception {
        stage.platform().broker().stop();
        stage.platform().broker().deleteData();
        var jobs = submitChats(10);
        stage.platform().broker().start();
        assertAllSucceed(jobs);
        // Jobs are picked up within a second without Kafka; with it they are much sooner.
        Awaitility.await("a token brings a job to a worker again")
                .atMost(Duration.ofSeconds(90))
                .pollDelay(Duration.ZERO)
                .untilAsserted(() -> {
                    var job = stage.submitChat("chat", Stage.newPrompt());
                    stage.awaitEnd(job);
                    assertThat(stage.records().count("""
                                    select (extract(epoch from e.created_at - j.created_at) * 1000)::bigint
                                    from job j join job_event e on e.job_id = j.id and e.sequence = 2
                                    where j.id = ?
                                    """, Records.uuid(job))).isLessThan(500);
                });
    }

    @Test
    @Order(3)
    void postgresql_is_away_for_thirty_seconds_in_mid_run() throws Exception {
        var ids = liveWorkers();
        // Some calls end while it is away, others when each worker could long have taken what the other had.
        var running = new ArrayList<>(submitChats("long-chat", 6));
        running.addAll(submitSlowChats(10));
        Awaitility.await("calls are under way")
                .atMost(Stage.SOON)
                .until(() -> stage.records().count("select count(*) from job_run where owner is not null") > 0);
        stage.platform().postgres().stop();
        assertRefusedSoon();
        awaitThirtySecondsWithout(stage);
        // By now the key has not been used for longer than it is kept.
        assertRefusedSoon();
        stage.platform().postgres().start();
        awaitAnswers();
        assertAllSucceed(running);
        assertThat(liveWorkers()).as("each goes on as it was").isEqualTo(ids);
        assertThat(running)
                .as("the outage took nobody's jobs")
                .allSatisfy(job -> assertThat(stage.platform()
                                .jobs()
                                .attempts(job)
                                .path("data")
                                .size())
                        .isEqualTo(1));
        assertAllSucceed(submitChats(5));
    }

    private static void assertRefusedSoon() throws IOException, InterruptedException {
        var body = "{\"kind\":\"chat\",\"request\":{\"model\":\"chat\",\"messages\":[{\"role\":\"user\","
                + "\"content\":\"hello\"}]}}";
        var request = HttpRequest.newBuilder(stage.platform().baseUrl().resolve("/v1/jobs"))
                .header("authorization", "Bearer " + stage.platform().project().apiKey())
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        long asked = System.nanoTime();
        var answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(2));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("retry-after")).isPresent();
    }

    private static List<String> submitSlowChats(int count) {
        var jobs = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            jobs.add(stage.submitChat("slow-chat", Stage.newPrompt()));
        }
        return jobs;
    }

    /// The API recovers by itself.
    private static void awaitAnswers() {
        Awaitility.await("the API answers again")
                .atMost(Stage.SOON)
                .ignoreExceptionsInstanceOf(CallFailed.class)
                .until(() -> stage.platform().jobs().list(1) != null);
    }

    /// Time itself is what is tested here.
    private static void awaitThirtySecondsWithout(Stage stage) {
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        Awaitility.await("thirty seconds without PostgreSQL")
                .atMost(Duration.ofSeconds(40))
                .until(() -> System.nanoTime() > until
                        && !stage.platform().postgres().isRunning());
    }

    @Test
    @Order(4)
    void the_api_service_dies_between_commit_and_publish() throws Exception {
        // Its publisher is cut off from Kafka, so what it commits is not published; then it dies.
        stage.platform().broker().stop();
        var jobs = submitChats(5);
        stage.platform().api().kill();
        stage.platform().broker().start();
        stage.platform().startAndAwait(stage.platform().api());
        assertAllSucceed(jobs);
    }

    @Test
    @Order(5)
    void a_frozen_worker_wakes_after_its_lease_and_changes_nothing() {
        String job;
        try (var hold = stage.witness().hold("chat", "before-answer")) {
            var prompt = Stage.newPrompt();
            job = stage.submitChat("chat", prompt);
            hold.awaitHeld(1);
            var frozen = stage.holder(job);
            frozen.freeze();
            assertThat(stage.awaitEnd(job).status()).isEqualTo("succeeded");
            frozen.resume();
            hold.release();
        }
        var before = stage.platform().jobs().job(job).json();
        assertAllSucceed(submitChats(10));
        assertThat(stage.platform().jobs().job(job).json()).isEqualTo(before);
        assertThat(stage.records().count("select count(*) from job_end where job_id = ?", Records.uuid(job)))
                .isEqualTo(1);
        Awaitility.await("the woken worker has a new lease")
                .atMost(Stage.SOON)
                .until(() ->
                        stage.records().count("select count(*) from worker where heartbeat_at > now() - interval '2 s'")
                                == 2);
    }

    @Test
    @Order(6)
    void a_third_worker_joins_and_all_share_the_load() throws Exception {
        var third = stage.platform().startWorker();
        var done = new AtomicBoolean();
        try (var pool = Executors.newFixedThreadPool(4)) {
            var all = new ArrayList<String>();
            for (int i = 0; i < 4; i++) {
                pool.submit(() -> {
                    while (!done.get()) {
                        var job = stage.submitChat("chat", Stage.newPrompt());
                        synchronized (all) {
                            all.add(job);
                        }
                    }
                });
            }
            Awaitility.await("each worker has run jobs")
                    .atMost(Stage.SOON)
                    .untilAsserted(() -> assertThat(stage.platform().workers())
                            .allSatisfy(
                                    worker -> assertThat(pickups(worker.name())).isPositive()));
            third.kill();
            done.set(true);
            pool.shutdown();
            assertThat(pool.awaitTermination(30, java.util.concurrent.TimeUnit.SECONDS))
                    .isTrue();
            assertAllSucceed(all);
        }
    }

    private static double pickups(String worker) {
        var process = stage.platform().workers().stream()
                .filter(one -> one.name().equals(worker))
                .findFirst()
                .orElseThrow();
        var metrics = Metrics.of(stage.platform().readyAddress(process).resolve("/actuator/prometheus"));
        return metrics.sum("millrace_job_pickup_seconds_count", Map.of("kind", "chat"));
    }
}
