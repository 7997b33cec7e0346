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

/// `prepare`, the last step of a build: runs the platform once with a chat and a video job while each JVM notes what it
/// loads and compiles, so that later starts take a fraction of the time. The `millrace` script calls it, with this JVM
/// noting too.
final class PrepareCommand {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Console console;

    PrepareCommand(Console console) {
        this.console = console;
    }

    void run(List<String> words) {
        Arguments.parse(words, Set.of(), Set.of()).noWords();
        var platform = Platform.builder()
                .dataFolder(Home.find().state().resolve("prepare"))
                .fresh()
                .recordStarts()
                // A JVM writes what it has noted when it ends.
                .drainTime(Duration.ofMinutes(5))
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> platform.stop(Duration.ZERO), "stop"));
        Logging.to(platform.logs().resolve("quickstart.log"));
        platform.start();
        try (platform;
                var receiver = WebhookReceiver.start()) {
            var project = platform.project();
            receiver.trust(project.webhookSecret());
            var client = new JobsClient(platform.baseUrl(), project.apiKey());
            for (var kind : List.of("chat", "video")) {
                runJob(client, kind, receiver);
            }
            console.line("The platform has run; its JVMs write what they have learnt of their start.");
        }
    }

    private static void runJob(JobsClient client, String kind, WebhookReceiver receiver) {
        Map<String, ?> request = kind.equals("chat") ? DemoCommand.CHAT : DemoCommand.VIDEO;
        var silent = new Console(new java.io.PrintStream(java.io.OutputStream.nullOutputStream()), false);
        var job = DemoJob.submit(silent, client, kind, request, receiver.url(), PATIENCE);
        var ended = DemoJob.followTogether(List.of(job), PATIENCE).getFirst();
        if (!ended.hasSucceeded()) {
            throw new CannotContinue("The " + kind + " job ended as " + ended.status() + ".");
        }
        job.expectWebhook(receiver, PATIENCE);
        job.printTimeline();
    }
}
