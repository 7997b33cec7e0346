package dev.millrace.quickstart;

import dev.millrace.quickstart.client.JobsClient;
import dev.millrace.quickstart.client.WebhookReceiver;
import dev.millrace.quickstart.platform.Home;
import dev.millrace.quickstart.platform.Platform;
import dev.millrace.quickstart.process.CannotContinue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/// `demo`: starts everything on free ports with fresh data, sends one chat and one video job through it, shows what
/// becomes of them, and stops. It calls the simulator and nothing else, whatever keys the environment holds.
final class DemoCommand {

    static final Map<String, Object> CHAT = Map.of(
            "model", "sim-chat", "messages", List.of(Map.of("role", "user", "content", "What does a mill race do?")));

    static final Map<String, Object> VIDEO = Map.of(
            "model", "sim-video",
            "prompt", "Water runs down a mill race and turns the wheel",
            "seconds", "4",
            "size", "1280x720");

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Console console;

    DemoCommand(Console console) {
        this.console = console;
    }

    void run(List<String> words) {
        Arguments.parse(words, Set.of(), Set.of()).noWords();
        long began = System.nanoTime();
        var data = Home.find().state().resolve("demo");
        console.line("Millrace demo: all of it on this machine, the provider is the simulator, data in %s", data);
        var running = new AtomicBoolean();
        var platform = Platform.builder()
                .dataFolder(data)
                .fresh()
                .shortRun()
                .listener(new Start(console))
                .onDeath(part -> {
                    // While the platform starts, its start fails by itself and says why.
                    if (running.get()) {
                        console.line("  %s ended by itself; its log is in %s", part, data.resolve("logs"));
                    }
                })
                .build();
        Logging.to(platform.logs().resolve("quickstart.log"));
        var onSignal = new Thread(() -> platform.stop(Duration.ofSeconds(10)), "stop");
        Runtime.getRuntime().addShutdownHook(onSignal);
        platform.start();
        running.set(true);
        try (platform;
                var receiver = WebhookReceiver.start()) {
            console.line("ready at %s after %.1f s", platform.baseUrl(), seconds(began));
            console.line("");
            var memory = new MemoryReport(console);
            memory.atRest(platform.usage());
            show(platform, receiver);
            memory.print(platform.usage());
            console.line("logs  %s", platform.logs());
            console.passing("stopping …");
        }
        console.line("Stopped. Done in %.1f s.", seconds(began));
    }

    private void show(Platform platform, WebhookReceiver receiver) {
        var project = platform.project();
        receiver.trust(project.webhookSecret());
        var client = new JobsClient(platform.baseUrl(), project.apiKey());
        var chat = DemoJob.submit(console, client, "chat", CHAT, receiver.url(), PATIENCE);
        var video = DemoJob.submit(console, client, "video", VIDEO, receiver.url(), PATIENCE);
        var ended = DemoJob.followTogether(List.of(chat, video), PATIENCE);
        for (var job : ended) {
            if (!job.hasSucceeded()) {
                throw new CannotContinue("The %s job %s ended as %s%s; the logs are in %s."
                        .formatted(
                                job.kind(),
                                job.id(),
                                job.isFinished()
                                        ? job.status()
                                        : "unfinished (" + job.status() + ") after " + PATIENCE.toSeconds() + " s",
                                job.error().isEmpty() ? "" : " (" + job.error() + ")",
                                platform.logs()));
            }
        }
        chat.printAnswer();
        video.saveFile(platform.dataFolder().resolve("video.mp4"));
        console.line("");
        for (var job : List.of(chat, video)) {
            job.expectWebhook(receiver, PATIENCE);
        }
        for (var job : List.of(chat, video)) {
            job.printTimeline();
        }
        console.line("");
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
