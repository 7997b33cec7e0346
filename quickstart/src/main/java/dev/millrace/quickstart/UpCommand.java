package dev.millrace.quickstart;

import dev.millrace.quickstart.client.CallFailed;
import dev.millrace.quickstart.client.JobsClient;
import dev.millrace.quickstart.client.Project;
import dev.millrace.quickstart.platform.Home;
import dev.millrace.quickstart.platform.Platform;
import dev.millrace.quickstart.platform.PlatformPorts;
import dev.millrace.quickstart.process.CannotContinue;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/// `up`: starts everything and stays, until Ctrl-C or SIGTERM. The data outlives it.
final class UpCommand {

    private final Console console;
    private final Map<String, String> environment;

    UpCommand(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = environment;
    }

    /// The data folder that the words name, or the usual one.
    static Path dataFolder(Arguments arguments) {
        return arguments
                .option("data")
                .map(Path::of)
                .orElseGet(() -> Home.find().state().resolve("up"))
                .toAbsolutePath()
                .normalize();
    }

    void run(List<String> words) {
        var arguments = Arguments.parse(words, Set.of("data", "port", "workers"), Set.of("free-ports"));
        arguments.noWords();
        long began = System.nanoTime();
        var data = dataFolder(arguments);
        var providers = ConfiguredProviders.in(environment, EnvFile.read(Path.of(".env")));
        console.line("Millrace: all of it on this machine, data in %s", data);
        console.line("%s", whoAnswers(providers));

        var start = new Start(console);
        var supervisor = new Supervisor(console);
        var builder = Platform.builder()
                .dataFolder(data)
                .ports(ports(arguments))
                .workers(workers(arguments))
                .listener(start)
                .onDeath(supervisor::died);
        providers.applyTo(builder);
        var platform = builder.build();
        Logging.to(platform.logs().resolve("quickstart.log"));
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(platform, supervisor), "stop"));
        start.begins();
        platform.start();
        supervisor.watch(platform, stopped);
        console.line("ready after %.1f s", (System.nanoTime() - began) / 1e9);
        var project = demoProject(platform);
        Greeting.print(console, platform, project);
        awaitForEver(stopped);
        throw new CannotContinue(supervisor.reason());
    }

    private void stop(Platform platform, Supervisor supervisor) {
        supervisor.rest();
        if (!platform.isRunning()) {
            // Its start has failed and said why.
            return;
        }
        console.line("");
        console.line("stopping: the services may take up to 40 s to finish their calls …");
        platform.close();
        console.line("Stopped. The data is kept in %s", platform.dataFolder());
    }

    private static String whoAnswers(ConfiguredProviders providers) {
        return providers.isEmpty()
                ? "Provider: the simulator, since no key is set (VECTOR_API_KEY with VECTOR_BASE_URL, or OPENAI_API_KEY); it costs nothing."
                : "Provider: " + String.join(", ", providers.names())
                        + ", with the key from the environment or .env: calls cost money. The models sim-chat and sim-video are the simulator's.";
    }

    private static PlatformPorts ports(Arguments arguments) {
        var ports = arguments.has("free-ports") ? PlatformPorts.free() : PlatformPorts.fixed();
        return arguments.port("port").map(ports::withApi).orElse(ports);
    }

    private static int workers(Arguments arguments) {
        var number = arguments.option("workers").orElse("1");
        if (!number.matches("[1-9]|1[0-6]")) {
            throw new CannotContinue("--workers takes a number from 1 to 16, and " + number + " is none.");
        }
        return Integer.parseInt(number);
    }

    /// The project that the printed lines use: the one of an earlier start if the database still knows it.
    private static Project demoProject(Platform platform) {
        var kept = platform.keptProject("demo");
        if (kept.isPresent() && isKnown(platform, kept.get())) {
            return kept.get();
        }
        return platform.keepProject("demo", platform.operator().createProject("demo"));
    }

    private static boolean isKnown(Platform platform, Project project) {
        try {
            new JobsClient(platform.baseUrl(), project.apiKey()).list(1);
            return true;
        } catch (CallFailed failure) {
            if (failure.status().orElse(0) == 401) {
                return false;
            }
            throw failure;
        }
    }

    private static void awaitForEver(CountDownLatch stopped) {
        try {
            stopped.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
