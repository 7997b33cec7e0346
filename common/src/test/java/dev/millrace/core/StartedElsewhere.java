package dev.millrace.core;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/// What a service finds in its settings when it is started in a folder of its own: a process, since a working
/// directory is a process's.
final class StartedElsewhere {

    private static final int SECONDS = 60;

    private StartedElsewhere() {}

    /// Says the settings that it is asked for, a line each. No configuration by name, as in [StartTest].
    static class Told {

        @Bean
        ApplicationRunner teller(Environment environment) {
            return arguments -> arguments
                    .getNonOptionArgs()
                    .forEach(name -> System.out.println(name + "=" + environment.getProperty(name)));
        }
    }

    public static void main(String[] arguments) {
        Start.run(Told.class, arguments);
    }

    /// @param variables of its environment, which has none of ours beside them
    /// @param names of the settings to tell
    static String in(Path folder, Map<String, String> variables, String... names) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                StartedElsewhere.class.getName(),
                // As the settings of both services begin.
                "--spring.config.import=classpath:millrace-defaults.yml",
                "--spring.main.web-application-type=none"));
        command.addAll(List.of(names));
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("VECTOR_") || name.startsWith("MILLRACE_"));
        builder.environment().putAll(variables);
        var process = builder.start();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("Not done in " + SECONDS + " s");
            }
        } catch (InterruptedException stopping) {
            throw new AssertionError(stopping);
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(folder.resolve("output"));
    }
}
