package dev.millrace.quickstart.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A program that runs as a child of this process, and can be started again when it has ended. Its output is appended
/// to a log, there is nothing for it to read, and its environment is what it is given.
public final class Child {

    private final Path log;
    private final Runnable onUnexpectedExit;
    private volatile @Nullable Process process;
    private volatile boolean wanted;

    /// @param onUnexpectedExit called, on a thread of the JDK's, when it ends while it is wanted
    public Child(Path log, Runnable onUnexpectedExit) {
        this.log = log.toAbsolutePath().normalize();
        this.onUnexpectedExit = onUnexpectedExit;
    }

    /// Starts it. It is wanted from then on.
    ///
    /// @param workingDirectory that of this process where it is absent
    /// @throws IOException if the system does not start it, or its log can't be written
    public void start(List<String> command, Map<String, String> environment, Optional<Path> workingDirectory)
            throws IOException {
        Files.createDirectories(log.resolve("..").normalize());
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        workingDirectory.map(Path::toFile).ifPresent(builder::directory);
        builder.environment().clear();
        builder.environment().putAll(environment);
        wanted = true;
        try {
            var started = builder.start();
            process = started;
            var _ = started.onExit().thenAccept(ended -> {
                if (wanted && Objects.equals(process, ended)) {
                    onUnexpectedExit.run();
                }
            });
        } catch (IOException notStarted) {
            wanted = false;
            throw notStarted;
        }
    }

    /// Its end is no surprise from here on.
    public void unwanted() {
        wanted = false;
    }

    public boolean isAlive() {
        var last = process;
        return last != null && last.isAlive();
    }

    /// The present run or the last; empty before the first.
    public Optional<Process> process() {
        return Optional.ofNullable(process);
    }
}
