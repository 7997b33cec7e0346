package dev.millrace.benchmarks.profile;

import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.stage.BenchSettings;
import dev.millrace.benchmarks.stage.Progress;
import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.Environment;
import dev.millrace.quickstart.process.Folders;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// `./millrace up` as a user types it, built: from the command to the line that says it is ready, with no data and with
/// the data of an earlier run.
record Start() implements Profile {

    private static final long STOP_SECONDS = 60;

    @Override
    public Section run(BenchSettings settings, Profiles.Sizes sizes, Progress progress) {
        var section = new SectionBuilder("start", "./millrace up, built, from the command to ready", !settings.quick());
        var fresh = new ArrayList<Double>();
        var again = new ArrayList<Double>();
        var data = settings.data();
        try {
            for (int run = 1; run <= settings.runs(); run++) {
                progress.say("start, run %d of %d", run, settings.runs());
                Folders.delete(data);
                fresh.add(start(settings.home().folder(), data));
                again.add(start(settings.home().folder(), data));
            }
        } catch (IOException failure) {
            throw CannotContinue.because("./millrace up could not be measured", failure);
        }
        return section.figure(Figure.of("first start, no data", " s", fresh).against(Target.atMost(15, 6)))
                .figure(Figure.of("next start", " s", again).against(Target.atMost(15, 6)))
                .build();
    }

    private static double start(Path home, Path data) throws IOException {
        var builder = new ProcessBuilder(
                        List.of(home.resolve("millrace").toString(), "up", "--free-ports", "--data", data.toString()))
                .directory(home.toFile())
                .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(Environment.harmless());
        // The script finds a JDK by itself, but this one is known to be right.
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        long began = System.nanoTime();
        var process = builder.start();
        var said = new StringBuilder();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("ready after")) {
                    return (System.nanoTime() - began) / 1e9;
                }
                said.append(line).append('\n');
            }
            throw new CannotContinue("./millrace up ended before it was ready:\n" + said);
        } finally {
            stop(process);
        }
    }

    private static void stop(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
