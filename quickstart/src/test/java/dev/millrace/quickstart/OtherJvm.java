package dev.millrace.quickstart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A main class of the tests in a JVM of its own, with the class path of this one.
public final class OtherJvm {

    private OtherJvm() {}

    /// Starts it with those variables in its environment; both its outputs can be read from the process's input stream.
    public static Process start(Class<?> main, Map<String, String> environment, String... arguments)
            throws IOException {
        return startWithout(List.of(), List.of(), main, environment, arguments);
    }

    /// The same with options of the JVM, and without those variables of this process's environment.
    public static Process startWithout(
            List<String> missing,
            List<String> options,
            Class<?> main,
            Map<String, String> environment,
            String... arguments)
            throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx256m"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        missing.forEach(builder.environment()::remove);
        builder.environment().putAll(environment);
        return builder.start();
    }
}
