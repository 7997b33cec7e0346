package dev.millrace.quickstart.endtoend;

import dev.millrace.quickstart.client.Job;
import dev.millrace.quickstart.client.WebhookReceiver;
import dev.millrace.quickstart.platform.Platform;
import dev.millrace.quickstart.platform.PlatformBuilder;
import dev.millrace.quickstart.platform.PlatformPorts;
import dev.millrace.quickstart.process.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;

/// A platform to break, with short leases so that it shows soon how it mends, and its witnesses.
final class Stage implements AutoCloseable {

    static final Duration SOON = Duration.ofSeconds(60);

    private final Platform platform;
    private final Witness witness;
    private final Records records;
    private final WebhookReceiver receiver;

    private Stage(Platform platform, WebhookReceiver receiver) {
        this.platform = platform;
        this.witness = new Witness(platform.simulatorUrl());
        this.records = new Records(platform);
        this.receiver = receiver;
        receiver.trust(platform.project().webhookSecret());
    }

    /// A provider of the simulator's that is not its default one, on the port that the stage's simulator will have.
    static Map<String, Object> provider(PlatformPorts ports, String name) {
        return Map.of(
                "type",
                "openai",
                "base-url",
                "http://127.0.0.1:" + ports.simulator() + "/p/" + name + "/v1",
                "keys",
                List.of("sk-" + name));
    }

    static Map<String, Object> video(String provider, String played) {
        return Map.of("kind", "video", "deployments", List.of(Map.of("provider", provider, "model", played)));
    }

    static Stage set(Path folder, PlatformPorts ports, UnaryOperator<PlatformBuilder> choices) {
        var receiver = WebhookReceiver.start();
        var builder = Platform.builder()
                .dataFolder(folder)
                .ports(ports)
                .shortRun()
                .chatModel("chat", "sim-chat")
                .videoModel("video", "sim-video~render=500ms")
                .setting("millrace.lease.duration", "3s")
                .setting("millrace.lease.renew-every", "500ms")
                .setting("millrace.render.create-deadline", "8s")
                .setting("millrace.render.arrival-window", "8s")
                .setting("millrace.render.lookup-every", "500ms")
                .setting("millrace.render.poll-every", "300ms");
        return new Stage(choices.apply(builder).start(), receiver);
    }

    Platform platform() {
        return platform;
    }

    Witness witness() {
        return witness;
    }

    Records records() {
        return records;
    }

    WebhookReceiver receiver() {
        return receiver;
    }

    static String newPrompt() {
        return "a mill race, " + UUID.randomUUID();
    }

    String submitVideo(String model, String prompt) {
        return platform.jobs()
                .submit("video", Map.of("model", model, "prompt", prompt), receiver.url())
                .id();
    }

    String submitChat(String model, String prompt) {
        return platform.jobs()
                .submit(
                        "chat",
                        Map.of("model", model, "messages", List.of(Map.of("role", "user", "content", prompt))),
                        receiver.url())
                .id();
    }

    Job awaitEnd(String job) {
        return platform.jobs().awaitEnd(job, SOON);
    }

    Job awaitHeld(String job) {
        return Awaitility.await("the job is held")
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> platform.jobs().job(job), Job::isHeld);
    }

    /// The live worker that holds a job.
    ServiceProcess holder(String job) {
        return Awaitility.await("the job's holder is known")
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> records.holder(job).flatMap(this::worker), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<ServiceProcess> worker(long pid) {
        return platform.workers().stream()
                .filter(ServiceProcess::isAlive)
                .filter(worker -> worker.pid() == pid)
                .findFirst();
    }

    @Override
    public void close() {
        platform.close();
        receiver.close();
    }
}
