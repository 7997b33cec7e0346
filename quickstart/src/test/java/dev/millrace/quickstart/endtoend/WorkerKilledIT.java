package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.client.WebhookReceiver;
import dev.millrace.quickstart.platform.Platform;
import dev.millrace.quickstart.process.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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

    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private static Platform platform;
    private static Witness witness;
    private static Records records;
    private static WebhookReceiver receiver;
    private static Door door;
    private String prompt = "";

    @BeforeAll
    static void start() throws Exception {
        receiver = WebhookReceiver.start();
        door = new Door();
        platform = Platform.builder()
                .dataFolder(folder)
                .workers(2)
                .chatModel("chat", "sim-chat")
                .videoModel("video", "sim-video~render=500ms")
                .provider(
                        "behind-door",
                        Map.of(
                                "type",
                                "openai",
                                "base-url",
                                "http://127.0.0.1:" + door.port() + "/v1",
                                "keys",
                                List.of("sim-key")))
                .model(
                        "video-behind-door",
                        Map.of(
                                "kind",
                                "video",
                                "deployments",
                                List.of(Map.of("provider", "behind-door", "model", "sim-video~render=500ms"))))
                .setting("millrace.lease.duration", "3s")
                .setting("millrace.lease.renew-every", "500ms")
                .setting("millrace.render.create-deadline", "8s")
                .setting("millrace.render.arrival-window", "8s")
                .setting("millrace.render.lookup-every", "500ms")
                .setting("millrace.render.poll-every", "300ms")
                .start();
        witness = new Witness(platform.simulatorUrl());
        door.leadTo(platform.simulatorUrl().getPort());
        door.open();
        records = new Records(platform);
        receiver.trust(platform.project().webhookSecret());
    }

    @AfterAll
    static void stop() throws Exception {
        platform.close();
        receiver.close();
        door.close();
    }

    @BeforeEach
    void choosePrompt() {
        prompt = "a mill race, " + UUID.randomUUID();
    }

    @AfterEach
    void bringDeadWorkersBack() {
        for (var worker : platform.workers()) {
            if (!worker.isAlive()) {
                platform.startAndAwait(worker);
            }
        }
    }

    private String submitVideo() {
        return platform.jobs()
                .submit("video", Map.of("model", "video", "prompt", prompt), receiver.url())
                .id();
    }

    private String submitChat(String model) {
        return platform.jobs()
                .submit(
                        "chat",
                        Map.of("model", model, "messages", List.of(Map.of("role", "user", "content", prompt))),
                        receiver.url())
                .id();
    }

    private void killHolder(String job) {
        long pid = Awaitility.await("the job's holder is known")
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> records.holder(job), Optional::isPresent)
                .orElseThrow();
        platform.workers().stream()
                .filter(ServiceProcess::isAlive)
                .filter(worker -> worker.pid() == pid)
                .findFirst()
                .orElseThrow()
                .kill();
    }

    private void assertEndedOnce(String job) {
        var ended = platform.jobs().awaitEnd(job, SOON);
        assertThat(ended.status()).as("%s", ended.json()).isEqualTo("succeeded");
        assertThat(records.count("select count(*) from job_end where job_id = ?", Records.uuid(job)))
                .isEqualTo(1);
        assertThat(records.texts(
                        "select type from job_event where job_id = ? and type in ('job.succeeded', 'job.failed')",
                        Records.uuid(job)))
                .containsExactly("job.succeeded");
        assertThat(records.count("select max(sequence) - count(*) from job_event where job_id = ?", Records.uuid(job)))
                .as("sequence numbers from 2 on, without a gap")
                .isEqualTo(1);
        assertToldWithOneId(job);
    }

    private void assertToldWithOneId(String job) {
        assertThat(receiver.await(told -> told.body().contains(job), SOON)).isPresent();
        assertThat(receiver.received().stream()
                        .filter(told -> told.body().contains(job))
                        .map(WebhookReceiver.Received::id)
                        .distinct())
                .hasSize(1);
    }

    private void assertBilledOnce() {
        assertThat(witness.renders(prompt))
                .singleElement()
                .satisfies(
                        render -> assertThat(render.path("billed").asBoolean()).isTrue());
    }

    @Test
    void claimed_and_nothing_done_yet() throws Exception {
        String job;
        try (var lock = records.lock("attempt")) {
            job = submitVideo();
            records.await("select 1 from job_run where job_id = ? and owner is not null", job);
            killHolder(job);
        }
        assertEndedOnce(job);
        assertBilledOnce();
        assertThat(witness.requests("video.create", prompt)).hasSize(1);
    }

    @Test
    void intent_written_and_nothing_sent() throws Exception {
        String job;
        door.shut();
        job = platform.jobs()
                .submit("video", Map.of("model", "video-behind-door", "prompt", prompt), receiver.url())
                .id();
        records.await("select 1 from attempt where job_id = ? and status = 'started'", job);
        killHolder(job);
        assertThat(witness.requests("video.create", prompt)).isEmpty();
        door.open();
        assertEndedOnce(job);
        assertBilledOnce();
        assertThat(platform.jobs()
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
        String job;
        try (var hold = witness.hold("video.create", "request-read")) {
            job = submitVideo();
            hold.awaitHeld(1);
            killHolder(job);
            // What the provider has read, it carries out.
            hold.release();
        }
        assertEndedOnce(job);
        assertBilledOnce();
        assertThat(witness.requests("video.create", prompt)).hasSize(1);
    }

    @Test
    void create_answered_and_the_operation_not_stored() throws Exception {
        String job;
        try (var lock = records.lock("operation")) {
            job = submitVideo();
            records.awaitBlocked();
            killHolder(job);
        }
        assertEndedOnce(job);
        assertBilledOnce();
        assertThat(witness.requests("video.create", prompt)).hasSize(1);
    }

    @Test
    void operation_stored_and_not_polled() {
        witness.behave("video.poll", Map.of("status", 503), 3);
        var job = submitVideo();
        records.await("select 1 from render where job_id = ? and operation_id is not null", job);
        platform.workers().stream()
                .filter(ServiceProcess::isAlive)
                .findFirst()
                .orElseThrow()
                .kill();
        witness.behaveNormally();
        assertEndedOnce(job);
        assertBilledOnce();
    }

    @Test
    void polling() {
        String job;
        try (var hold = witness.hold("video.poll", "before-answer")) {
            job = submitVideo();
            hold.awaitHeld(1);
            killHolder(job);
            hold.release();
        }
        assertEndedOnce(job);
        assertBilledOnce();
    }

    @Test
    void file_stored_and_not_settled() throws Exception {
        String job;
        try (var lock = records.lock("asset")) {
            job = submitVideo();
            records.awaitBlocked();
            killHolder(job);
        }
        assertEndedOnce(job);
        assertBilledOnce();
        assertThat(witness.renders(prompt).getFirst().path("downloads").asInt())
                .as("the successor took the whole file over")
                .isEqualTo(1);
    }

    @Test
    void settled_and_the_delivery_not_recorded() throws Exception {
        String job;
        try (var lock = records.lock("delivery_attempt")) {
            job = submitVideo();
            records.await("select 1 from job_end where job_id = ?", job);
            records.awaitBlocked();
            killHolder(job);
        }
        assertEndedOnce(job);
        assertBilledOnce();
        Awaitility.await("the delivery is recorded by the successor")
                .atMost(SOON)
                .until(() -> records.count("select count(*) from delivery_due") == 0);
        assertThat(receiver.received().stream().filter(told -> told.body().contains(job)))
                .as("told again, since the first time is not on record")
                .hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void in_the_middle_of_a_chat_call() {
        String job;
        try (var hold = witness.hold("chat", "before-answer")) {
            job = submitChat("chat");
            hold.awaitHeld(1);
            records.await("select 1 from attempt where job_id = ? and status = 'started'", job);
            killHolder(job);
        }
        assertEndedOnce(job);
        var attempts = platform.jobs().attempts(job).path("data");
        assertThat(attempts.get(0).path("status").asString()).isEqualTo("abandoned");
        assertThat(attempts.get(0).path("cost").isNull()).isTrue();
        assertThat(attempts.get(1).path("status").asString()).isEqualTo("succeeded");
    }
}
