package dev.millrace.quickstart.platform;

import dev.millrace.quickstart.process.Orphans;
import dev.millrace.quickstart.process.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// `run.json` in a data folder: where the platform that runs there answers, and which processes belong to it. It
/// outlives a run that was killed, and names what that left behind.
public final class RunFile {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Path file;

    RunFile(Path file) {
        this.file = file;
    }

    /// The run file in that data folder.
    public static RunFile in(Path dataFolder) {
        return new DataFolder(dataFolder).runFile();
    }

    /// A run.
    ///
    /// @param pid         of the process that started it
    /// @param baseUrl     of the API
    /// @param operatorUrl of the operator API
    /// @param mark        what the command line of each child has in it
    /// @param children    the processes that it started
    public record Run(
            long pid, String baseUrl, String operatorUrl, String simulatorUrl, String mark, List<Long> children) {}

    /// What is in the file; empty if there is none or it is damaged.
    public Optional<Run> read() {
        try {
            return Optional.of(MAPPER.readValue(Files.readString(file), Run.class));
        } catch (IOException | JacksonException none) {
            return Optional.empty();
        }
    }

    void write(Run run) {
        try {
            var unfinished = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(
                    unfinished, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(run) + "\n");
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException unwritable) {
            throw new IllegalStateException("Could not write " + file, unwritable);
        }
    }

    void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException unwritable) {
            throw new IllegalStateException("Could not delete " + file, unwritable);
        }
    }

    /// Ends the services that a killed run left behind: with SIGTERM, and after that time with SIGKILL.
    ///
    /// @return how many there were
    int endOrphans(Duration patience) {
        var orphans = read().stream()
                .flatMap(run -> run.children().stream().flatMap(pid -> Orphans.find(pid, run.mark()).stream()))
                .toList();
        Orphans.end(orphans, Signals.TERM, Signals.KILL, patience);
        return orphans.size();
    }
}
