package dev.millrace.quickstart.platform;

import dev.millrace.quickstart.OtherJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// A platform in a JVM of its own, to be killed.
final class KilledRun {

    private KilledRun() {}

    public static void main(String[] words) throws InterruptedException {
        var p = java.util.Arrays.stream(words)
                .skip(3)
                .mapToInt(Integer::parseInt)
                .toArray();
        var platform = Platform.builder()
                .home(new Home(Path.of(words[0])))
                .dataFolder(Path.of(words[1]))
                .binaries(Path.of(words[2]))
                .ports(new PlatformPorts(p[0], p[1], p[2], p[3], p[4], p[5], p[6]))
                .start();
        System.out.println("started " + platform.baseUrl());
        new CountDownLatch(1).await();
    }

    /// Starts it and waits until its platform is ready.
    static Process start(Home home, Path data, Path binaries, PlatformPorts ports) throws IOException {
        var process = OtherJvm.start(
                KilledRun.class,
                Map.of(),
                home.folder().toString(),
                data.toString(),
                binaries.toString(),
                Integer.toString(ports.api()),
                Integer.toString(ports.operator()),
                Integer.toString(ports.firstWorker()),
                Integer.toString(ports.simulator()),
                Integer.toString(ports.postgres()),
                Integer.toString(ports.kafka()),
                Integer.toString(ports.kafkaController()));
        var said = new StringBuilder();
        var output = process.inputReader();
        String line;
        while ((line = output.readLine()) != null) {
            said.append(line).append('\n');
            if (line.startsWith("started")) {
                return process;
            }
        }
        throw new AssertionError("The run ended before it was ready:\n" + said);
    }
}
