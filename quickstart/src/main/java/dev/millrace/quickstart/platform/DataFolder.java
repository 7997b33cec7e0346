package dev.millrace.quickstart.platform;

import dev.millrace.quickstart.client.Project;
import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.Folders;
import dev.millrace.quickstart.process.Secrets;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// The folder in which one platform keeps everything: database, broker, assets, secrets, logs. One platform at a time
/// has it, by a lock that the kernel takes back when its holder dies.
final class DataFolder implements AutoCloseable {

    private final Path folder;
    private @Nullable FileChannel lockFile;

    DataFolder(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    Path path() {
        return folder;
    }

    Path postgres() {
        return folder.resolve("postgres");
    }

    Path kafka() {
        return folder.resolve("kafka");
    }

    Path assets() {
        return folder.resolve("assets");
    }

    Path logs() {
        return folder.resolve("logs");
    }

    Path settings() {
        return folder.resolve("quickstart.yml");
    }

    /// Writes what the services have to know beside their environment.
    void writeSettings(String yaml) {
        try {
            Files.writeString(settings(), yaml);
        } catch (IOException unwritable) {
            throw CannotContinue.because("The file " + settings() + " cannot be written", unwritable);
        }
    }

    /// A project that was kept under this name, maybe in an earlier run.
    Optional<Project> project(String name) {
        var file = projectFile(name);
        try {
            return Files.exists(file)
                    ? Optional.of(Project.of(new JsonMapper().readTree(Files.readString(file))))
                    : Optional.empty();
        } catch (IOException unreadable) {
            throw CannotContinue.because("The file " + file + " cannot be read", unreadable);
        }
    }

    /// Keeps a project with its key, in a file that only its owner can read.
    void keep(String name, Project project) {
        var file = projectFile(name);
        try {
            Files.deleteIfExists(file);
            Secrets.write(file, project.toJson());
        } catch (IOException unwritable) {
            throw CannotContinue.because("The file " + file + " cannot be written", unwritable);
        }
    }

    private Path projectFile(String name) {
        return secret(name + ".json");
    }

    /// A working directory for a service, with nothing in it.
    Path workingDirectory(String service) {
        return folder.resolve("work").resolve(service);
    }

    RunFile runFile() {
        return new RunFile(folder.resolve("run.json"));
    }

    /// What the stored secrets are encrypted with, base64 of 32 bytes; made once.
    String secretKey() {
        return kept("secret.key", Secrets::key);
    }

    /// The operator's key, `mop_…`; made once.
    String operatorKey() {
        return kept("operator.key", () -> "mop_" + Secrets.token());
    }

    Path secret(String name) {
        return folder.resolve("secrets").resolve(name);
    }

    /// Makes the folder if need be and takes it for this process.
    ///
    /// @throws CannotContinue if it can't be written, or another process has it
    void take() {
        try {
            Files.createDirectories(folder);
            var channel = FileChannel.open(lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock(channel) == null) {
                channel.close();
                throw new CannotContinue(runFile()
                        .read()
                        .map(run ->
                                "Another Millrace (pid %d, %s) already runs on %s: stop it first, or choose another folder with --data."
                                        .formatted(run.pid(), run.baseUrl(), folder))
                        .orElse("Another Millrace already runs on " + folder
                                + ": stop it first, or choose another folder with --data."));
            }
            lockFile = channel;
            createFolders();
        } catch (IOException unwritable) {
            throw CannotContinue.because("The folder " + folder + " cannot be written", unwritable);
        }
    }

    /// Deletes what is in the folder, but for the lock.
    void empty() {
        try (var inside = Files.list(folder)) {
            for (var entry : inside.toList()) {
                if (!entry.equals(lock())) {
                    Folders.delete(entry);
                }
            }
            createFolders();
        } catch (IOException unwritable) {
            throw CannotContinue.because("The folder " + folder + " cannot be emptied", unwritable);
        }
    }

    private void createFolders() throws IOException {
        Files.createDirectories(logs());
        Files.createDirectories(assets());
        var secrets = folder.resolve("secrets");
        if (!Files.exists(secrets)) {
            Files.createDirectory(
                    secrets, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    private Path lock() {
        return folder.resolve("lock");
    }

    /// Gives the folder free for others.
    @Override
    public void close() {
        var held = lockFile;
        lockFile = null;
        if (held != null) {
            try {
                held.close();
            } catch (IOException alreadyGone) {
                throw new IllegalStateException("The lock of " + folder + " could not be given back", alreadyGone);
            }
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisJvm) {
            return null;
        }
    }

    private String kept(String name, java.util.function.Supplier<String> make) {
        try {
            return Secrets.keptIn(secret(name), make);
        } catch (IOException unwritable) {
            throw CannotContinue.because("The file " + secret(name) + " cannot be used", unwritable);
        }
    }
}
