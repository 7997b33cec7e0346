package dev.millrace.quickstart.postgres;

import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.Environment;
import dev.millrace.quickstart.process.Folders;
import dev.millrace.quickstart.process.Orphans;
import dev.millrace.quickstart.process.Secrets;
import dev.millrace.quickstart.process.Signals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A data folder of PostgreSQL: made by `initdb`, checked for its version, and cleared of a server that an earlier run
/// left in it.
final class DataFolder {

    private final Path folder;
    private final ServerAccount account;

    DataFolder(Path folder, ServerAccount account) {
        this.folder = folder;
        this.account = account;
    }

    Path path() {
        return folder;
    }

    /// Makes the folder if there is none, for a superuser with that password.
    ///
    /// @throws CannotContinue if it is another version's, or can't be made
    void prepare(Path binaries, String user, String password) {
        var version = folder.resolve("PG_VERSION");
        try {
            if (!Files.exists(version)) {
                initialise(binaries, user, password);
            }
            var found = Files.readString(version).strip();
            if (!found.equals(PostgresBinaries.MAJOR)) {
                throw new CannotContinue(
                        "The data in %s was written by PostgreSQL %s and this is PostgreSQL %s: move it away or use another folder."
                                .formatted(folder, found, PostgresBinaries.MAJOR));
            }
            account.own(folder);
        } catch (IOException unwritable) {
            throw CannotContinue.because("The folder " + folder + " cannot be written", unwritable);
        }
    }

    /// Ends a server that was left behind in this folder. It stops cleanly if it can: its settings are an earlier
    /// run's,
    /// so it is not taken over.
    void endOrphan() {
        postmaster()
                .ifPresent(orphan -> Orphans.end(List.of(orphan), Signals.INT, Signals.QUIT, Duration.ofSeconds(20)));
        try {
            // Whatever it names now is no server of this folder. PostgreSQL would take any living process for one.
            Files.deleteIfExists(folder.resolve("postmaster.pid"));
        } catch (IOException unwritable) {
            throw CannotContinue.because("The folder " + folder + " cannot be written", unwritable);
        }
    }

    /// The server that runs in this folder, if one does.
    Optional<ProcessHandle> postmaster() {
        try (var lines = Files.lines(folder.resolve("postmaster.pid"))) {
            return lines.findFirst()
                    .map(String::strip)
                    .filter(line -> line.matches("\\d+"))
                    .flatMap(pid -> Orphans.find(Long.parseLong(pid), folder.toString()));
        } catch (IOException | java.io.UncheckedIOException none) {
            return Optional.empty();
        }
    }

    private void initialise(Path binaries, String user, String password) throws IOException {
        // Made beside and moved into place: a folder of that name is always a whole one.
        var unfinished = folder.resolveSibling(folder.getFileName() + ".new");
        Folders.delete(unfinished);
        Files.createDirectories(unfinished);
        Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwx------"));
        account.own(unfinished);
        // In a folder of its own that the server's account can reach, since it has to read the file.
        var handover = Files.createTempDirectory("millrace-initdb-");
        try {
            var passwordFile = handover.resolve("password");
            Secrets.write(passwordFile, password);
            account.own(handover);
            run(List.of(
                    binaries.resolve("bin/initdb").toString(),
                    "--pgdata=" + unfinished,
                    "--username=" + user,
                    "--auth=scram-sha-256",
                    "--pwfile=" + passwordFile,
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8"));
        } finally {
            Folders.delete(handover);
        }
        Files.deleteIfExists(folder);
        Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    private void run(List<String> command) throws IOException {
        var builder = new ProcessBuilder(account.wrap(command)).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(Environment.harmless());
        var process = builder.start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new CannotContinue("PostgreSQL's initdb failed in " + folder + ":\n" + output.strip());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new CannotContinue("Interrupted while making " + folder + ".", interrupted);
        }
    }
}
