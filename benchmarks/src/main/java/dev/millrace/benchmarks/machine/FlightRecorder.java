package dev.millrace.benchmarks.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Records what a running JVM does, for as long as it is measured, by the JDK's own tools.
public final class FlightRecorder {

    private static final String NAME = "millrace-bench";

    /// Samples by processor time (JEP 509), native code included; the usual sampler sees only threads in Java code.
    private static final String CPU_TIME = "jdk.CPUTimeSample#enabled=true";

    private FlightRecorder() {}

    /// @throws IllegalStateException if the JVM doesn't take the command
    public static void start(long pid) {
        jcmd(pid, "JFR.start", "name=" + NAME, "settings=profile", CPU_TIME);
    }

    /// Ends the recording and writes it to the file.
    public static void stop(long pid, Path file) {
        jcmd(pid, "JFR.stop", "name=" + NAME, "filename=" + file);
    }

    /// The methods that used most processor time, one a line, as the JDK shows them; by samples, where the system has
    /// no
    /// such sampler.
    public static List<String> hotMethods(Path file) {
        return run(List.of(
                        tool("jfr"),
                        "view",
                        "--truncate",
                        "beginning",
                        "--width",
                        "120",
                        "cpu-time-hot-methods",
                        file.toString()))
                .lines()
                .map(String::stripTrailing)
                .filter(line -> !line.isBlank())
                .toList();
    }

    private static void jcmd(long pid, String... words) {
        var command = new ArrayList<>(List.of(tool("jcmd"), Long.toString(pid)));
        command.addAll(List.of(words));
        run(command);
    }

    private static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    private static String run(List<String> command) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + output);
            }
            return output;
        } catch (IOException noTool) {
            throw new IllegalStateException("The JDK's " + command.getFirst() + " could not be run", noTool);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", interrupted);
        }
    }
}
