package dev.millrace.quickstart.postgres;

import dev.millrace.quickstart.process.CannotContinue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.zip.CRC32;

/// Finds places that the server's account can reach. A project under `/root` can't be entered by another account; what
/// that account needs then lives under `/var/tmp`, in a folder named after the one that was asked for.
final class Reachable {

    private static final Path ELSEWHERE = Path.of("/var/tmp");

    private final ServerAccount account;

    private Reachable(ServerAccount account) {
        this.account = account;
    }

    static Reachable by(ServerAccount account) {
        return new Reachable(account);
    }

    /// PostgreSQL's programs, below `parent` or elsewhere.
    Path binaries(Path parent) {
        var home = PostgresBinaries.unpackInto(parent);
        return account.reaches(home) ? home : PostgresBinaries.unpackInto(elsewhere(parent));
    }

    /// A place for the data folder: `folder` itself, or one elsewhere.
    Path data(Path folder) {
        var parent = folder.resolve("..").normalize();
        try {
            Files.createDirectories(parent);
        } catch (IOException unwritable) {
            throw CannotContinue.because("The folder " + parent + " cannot be made", unwritable);
        }
        return account.reaches(parent) ? folder : elsewhere(parent).resolve(folder.getFileName());
    }

    /// The folder that stands in for one that the account can't reach; made if need be.
    static Path elsewhere(Path folder) {
        var name = new CRC32();
        name.update(folder.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        var place = ELSEWHERE.resolve("millrace-%08x".formatted(name.getValue()));
        try {
            if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(
                        place, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            }
            // Anybody may make a folder there: one that is not ours, or that others may write to, is not used.
            var permissions = Files.getPosixFilePermissions(place, LinkOption.NOFOLLOW_LINKS);
            boolean ours =
                    Files.getOwner(place, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(Path.of("/proc/self")));
            if (!ours
                    || !Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)
                    || permissions.contains(PosixFilePermission.OTHERS_WRITE)
                    || permissions.contains(PosixFilePermission.GROUP_WRITE)) {
                throw new CannotContinue("The folder " + place + " is not safe to use: it is somebody else's.");
            }
            return place;
        } catch (IOException unwritable) {
            throw CannotContinue.because("The folder " + place + " cannot be made", unwritable);
        }
    }
}
