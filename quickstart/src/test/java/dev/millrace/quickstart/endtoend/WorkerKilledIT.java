package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.client.WebhookReceiver;
import dev.millrace.quickstart.platform.PlatformPorts;
import dev.millrace.quickstart.process.ServiceProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A worker dies by `kill -9` at each point between claim and settle. Afterwards each job has ended once, the provider
/// billed each render once, and each webhook came at least once, always with the same id.
@DisplayNameGeneration(ReplaceUnderscores.class)
class WorkerKilledIT {

    @TempDir
    static Path folder;

    private static Stage stage;
    private static Door door;
    private String prompt = "";
    private Thread bringingBack = new Thread();

    @BeforeAll
    static void start() throws Exception {
        door = new Door();
        var ports = PlatformPorts.free();
        stage = Stage.set(
                folder,
                ports,
                builder -> builder.workers(2)
                        .provider(
                                "behind-door",
                                Map.of(
                                        "type",
                                        "openai",
                                        "base-url",
                                        "http://127.0.0.1:" + door.port() + "/v1",
                                        "keys",
                                        List.of("sim-key")))
                        .model("video-behind-door", Stage.video("behind-door", "sim-video~render=500ms")));
        door.leadTo(ports.simulator());
        door.open();
    }

    @AfterAll
    static void stop() throws Exception {
        try (var way = door;
                var all = stage) {
            assertThat(way).isNotNull();
            new Described(all.platform()).assertAnswers();
        }
    }

    @BeforeEach
    void choosePrompt() {
        prompt = Stage.newPrompt();
    }

    @AfterEach
    void awaitBothWorkers() throws InterruptedException {
        stage.witness().behaveNormally();
        bringingBack.join();
        assertThat(stage.platform().workers()).hasSize(2).allMatch(ServiceProcess::isAlive);
    }

    /// Its process is started again at once, as whoever looks after it would do, while the neighbour goes on with what
    /// it had.
    private void kill(ServiceProcess worker) {
        worker.kill();
        bringingBack = Thread.ofPlatform().start(() -> stage.platform().startAndAwait(worker));
    }

    private String submitVideo() {
        return stage.submitVideo("video", prompt);
    }

    /// Kills the worker while the provider has stopped there; what the provider has read, it carries out.
    private String submitAndKillAt(String operation, String point) {
        try (var hold = stage.witness().hold(operation, point)) {
            var job = submitVideo();
            hold.awaitHeld(1);
            kill(stage.holder(job));
            hold.release();
            return job;
        }
    }

    private void assertEndedOnce(String job) {
        var ended = stage.awaitEnd(job);
        assertThat(ended.status()).as("%s", ended.json()).isEqualTo("succeeded");
        assertThat(stage.records().count("select count(*) from job_end where job_id = ?", Records.uuid(job)))
                .isEqualTo(1);
        assertThat(stage.records()
                        .texts(
                                "select type from job_event where job_id = ? and type in ('job.succeeded', 'job.failed')",
                                Records.uuid(job)))
                .containsExactly("job.succeeded");
        assertThat(stage.records()
                        .count("select max(sequence) - count(*) from job_event where job_id = ?", Records.uuid(job)))
                .as("sequence numbers from 2 on, without a gap")
                .isEqualTo(1);
        assertToldWithOneId(job);
    }

    private void assertToldWithOneId(String job) {
        assertThat(stage.receiver().await(told -> told.body().contains(job), Stage.SOON))
                .isPresent();
        assertThat(stage.receiver().received().stream()
                        .filter(told -> told.body().contains(job))
                        .map(WebhookReceiver.Received::id)
                        .distinct())
                .hasSize(1);
    }

    private void assertBilledOnce() {
        assertThat(stage.witness().renders(prompt))
                .singleElement()
                .satisfies(
                        render -> assertThat(render.path("billed").asBoolean()).isTrue());
    }

    @Test
    void claimed_and_nothing_done_yet() throws Exception {
        String job;
        try (var lock = stage.records().lock("attempt")) {
            job = submitVideo();
            stage.records().await("select 1 from job_run where job_id = ? and owner is not null", job);
            kill(stage.holder(job));
            stage.records().endBlocked();
        }
        assertEndedOnce(job);
        assertBilledOnce();
        assertThat(stage.witness().requests("video.create", prompt)).hasSize(1);
    }

    @Test
    void intent_written_and_nothing_sent() throws Exception {
        String job;
        door.shut();
        job = stage.submitVideo("video-behind-door", prompt);
        stage.records().await("select 1 from attempt where job_id = ? and status = 'started'", job);
        kill(stage.holder(job));
        assertThat(stage.witness().requests("video.create", prompt)).isEmpty();
        door.open();
        assertEndedOnce(job);
        assertBilledOnce();
        assertThat(stage.platform()
                        .jobs()
                        .attempts(job)
                        .path("data")
                        .get(0)
                        .path("outcome")
                        .asString())
                .as("asked about, and known not to have been made")
                .isEqualTo("not_made");
    }

    @Test
    void create_sent_and_not_answered() {
        var job = submitAndKillAt("video.create", "request-read");
        assertEndedOnce(job);
        assertBilledOnce();
        assertThat(stage.witness().requests("video.create", prompt)).hasSize(1);
    }

    @Test
    void create_answered_and_the_operation_not_stored() throws Exception {
        String job;
        try (var lock = stage.records().lock("operation")) {
            job = submitVideo();
            stage.records().awaitBlocked();
            kill(stage.holder(job));
            stage.records().endBlocked();
        }
        assertEndedOnce(job);
        assertBilledOnce();
        assertThat(stage.witness().requests("video.create", prompt)).hasSize(1);
    }

    @Test
    void operation_stored_and_not_polled() {
        stage.witness().behave("video.poll", Map.of("status", 503), 0);
        String job;
        try (var hold = stage.witness().hold("video.create", "before-answer")) {
            job = submitVideo();
            hold.awaitHeld(1);
            var creator = stage.holder(job);
            hold.release();
            stage.records().await("select 1 from render where job_id = ? and operation_id is not null", job);
            kill(creator);
        }
        stage.witness().behaveNormally();
        assertEndedOnce(job);
        assertBilledOnce();
    }

    @Test
    void polling() {
        var job = submitAndKillAt("video.poll", "before-answer");
        assertEndedOnce(job);
        assertBilledOnce();
    }

    @Test
    void polled_and_the_file_not_fetched() {
        var job = submitAndKillAt("video.content", "before-answer");
        assertEndedOnce(job);
        assertBilledOnce();
    }

    @Test
    void file_stored_and_not_settled() throws Exception {
        String job;
        try (var lock = stage.records().lock("asset")) {
            job = submitVideo();
            stage.records().awaitBlocked();
            kill(stage.holder(job));
            stage.records().endBlocked();
        }
        assertEndedOnce(job);
        assertBilledOnce();
        assertThat(stage.witness().renders(prompt).getFirst().path("downloads").asInt())
                .as("the successor took the whole file over")
                .isEqualTo(1);
    }

    @Test
    void settled_and_the_delivery_not_recorded() throws Exception {
        String job;
        try (var lock = stage.records().lock("delivery_attempt")) {
            job = submitVideo();
            stage.records().await("select 1 from job_end where job_id = ?", job);
            stage.records().awaitBlocked();
            kill(stage.holder(job));
            stage.records().endBlocked();
        }
        assertEndedOnce(job);
        assertBilledOnce();
        Awaitility.await("the delivery is recorded by the successor")
                .atMost(Stage.SOON)
                .until(() -> stage.records().count("select count(*) from delivery_due") == 0);
        assertThat(stage.receiver().received().stream()
                        .filter(told -> told.body().contains(job)))
                .as("told again, since the first time is not on record")
                .hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void in_the_middle_of_a_chat_call() {
        String job;
        try (var hold = stage.witness().hold("chat", "before-answer")) {
            job = stage.submitChat("chat", prompt);
            hold.awaitHeld(1);
            stage.records().await("select 1 from attempt where job_id = ? and status = 'started'", job);
            kill(stage.holder(job));
        }
        assertEndedOnce(job);
        var attempts = stage.platform().jobs().attempts(job).path("data");
        assertThat(attempts.get(0).path("status").asString()).isEqualTo("abandoned");
        assertThat(attempts.get(0).path("cost").isNull()).isTrue();
        assertThat(attempts.get(1).path("status").asString()).isEqualTo("succeeded");
    }
}
