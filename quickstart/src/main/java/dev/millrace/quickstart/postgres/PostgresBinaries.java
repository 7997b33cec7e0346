package dev.millrace.quickstart.postgres;

import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.Folders;
import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.ArchUtils;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/// PostgreSQL's programs, unpacked from zonky's jar into a folder of ours: once, for every data folder of this
/// machine's user to share.
final class PostgresBinaries {

    /// The major version of the binaries in the class path, as it stands in a data folder's `PG_VERSION`.
    static final String MAJOR = "18";

    private PostgresBinaries() {}

    /// The folder with `bin/postgres`, below `parent`; unpacked now if it isn't there yet.
    ///
    /// @throws CannotContinue if there are no binaries for this system, or the folder can't be written
    static Path unpackInto(Path parent) {
        byte[] archive = archive();
        var home = parent.resolve("postgresql-" + MAJOR + "-" + digest(archive));
        if (Files.isExecutable(home.resolve("bin/postgres"))) {
            return home;
        }
        try {
            Files.createDirectories(parent);
            // Unpacked beside and moved into place, so that a folder of that name is always a whole one.
            var unfinished = Files.createTempDirectory(parent, ".unpacking-");
            extract(archive, unfinished);
            Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
            moveUnlessThere(unfinished, home);
            return home;
        } catch (IOException unwritable) {
            throw CannotContinue.because("PostgreSQL (60 MB) could not be unpacked into " + parent, unwritable);
        }
    }

    private static byte[] archive() {
        var system = systemName();
        var machine = ArchUtils.normalize(System.getProperty("os.arch"));
        try (var archive = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machine)) {
            if (archive == null) {
                throw new CannotContinue("There is no embedded PostgreSQL for " + system + " on " + machine + ".");
            }
            return archive.readAllBytes();
        } catch (IOException | IllegalStateException missing) {
            throw new CannotContinue("There is no embedded PostgreSQL for " + system + " on " + machine + ".", missing);
        }
    }

    private static String systemName() {
        var name = System.getProperty("os.name");
        return name.toLowerCase(Locale.ROOT).startsWith("mac") ? "Darwin" : name;
    }

    private static String digest(byte[] archive) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(archive);
            return HexFormat.of().formatHex(sum, 0, 6);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void extract(byte[] archive, Path into) throws IOException {
        try (var tar = new TarArchiveInputStream(
                new XZCompressorInputStream(new BufferedInputStream(new ByteArrayInputStream(archive))))) {
            TarArchiveEntry entry;
            while ((entry = tar.getNextEntry()) != null) {
                var target = into.resolve(entry.getName()).normalize();
                if (!target.startsWith(into)) {
                    throw new IOException("The archive names a file outside its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    createOpenly(target);
                    continue;
                }
                createOpenly(target.resolve("..").normalize());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, target);
                    boolean program = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            target, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }

    /// Whatever the umask says, the server's account has to enter.
    private static void createOpenly(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            createOpenly(folder.resolve("..").normalize());
            Files.createDirectory(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static void moveUnlessThere(Path unfinished, Path home) throws IOException {
        try {
            Files.move(unfinished, home, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException noRename) {
            throw noRename;
        } catch (FileSystemException alreadyThere) {
            // Another process was faster; what it unpacked is the same.
            if (!Files.isExecutable(home.resolve("bin/postgres"))) {
                throw alreadyThere;
            }
            Folders.delete(unfinished);
        }
    }
}
