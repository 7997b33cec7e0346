package dev.millrace.asset;

import dev.millrace.job.JobId;
import dev.millrace.render.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Files in a folder. A file is written under its attempt, synced with its folder, and renamed: under its final name
/// it is whole, so a successor takes it over instead of fetching it again.
public final class AssetStore {

    private static final int BUFFER = 64 * 1024;
    private static final String MP4 = "video/mp4";
    private static final String MARKER = ".millrace-store";

    private final Path root;
    private final long mostBytes;

    public AssetStore(AssetSettings settings) {
        this.root = settings.root().toAbsolutePath().normalize();
        this.mostBytes = settings.mostBytes().toBytes();
    }

    public Path root() {
        return root;
    }

    /// The bytes are not what a video should be: another type, another length, too many.
    public static final class UnfitFileException extends IOException {
        UnfitFileException(String message) {
            super(message);
        }
    }

    /// Keeps a video as it comes.
    ///
    /// @throws UnfitFileException if it is none, or not whole
    /// @throws IOException if it could not be written
    public StoredFile store(JobId job, int attempt, InputStream bytes, OptionalLong length, String contentType)
            throws IOException {
        if (!contentType.startsWith("video/") && !contentType.startsWith("application/octet-stream")) {
            throw new UnfitFileException("The provider sent " + (contentType.isEmpty() ? "no type" : contentType)
                    + " where a video should be");
        }
        var target = root.resolve(path(job, attempt));
        var folder = root.resolve(folder(job));
        make(folder);
        // A name of its own for each writer: two that fetch the same file do not write into each other's.
        var part = target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            var digest = sha256();
            long written;
            try (var channel = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                written = copy(bytes, Channels.newOutputStream(channel), digest);
                channel.force(true);
            }
            if (length.isPresent() && length.getAsLong() != written) {
                throw new UnfitFileException("The file has " + written + " bytes instead of " + length.getAsLong());
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            sync(folder);
            return new StoredFile(path(job, attempt), MP4, written, digest.digest());
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private long copy(InputStream from, OutputStream to, MessageDigest digest) throws IOException {
        var buffer = new byte[BUFFER];
        long written = 0;
        while (true) {
            int read = from.readNBytes(buffer, 0, BUFFER);
            if (written == 0 && !isMp4(buffer, read)) {
                throw new UnfitFileException("The file does not begin as an MP4 does");
            }
            if (read == 0) {
                return written;
            }
            written += read;
            if (written > mostBytes) {
                throw new UnfitFileException("The file is larger than " + mostBytes + " bytes");
            }
            to.write(buffer, 0, read);
            digest.update(buffer, 0, read);
        }
    }

    /// ISO/IEC 14496-12: the first box of the file is `ftyp`.
    private static boolean isMp4(byte[] head, int length) {
        return length >= 8 && head[4] == 'f' && head[5] == 't' && head[6] == 'y' && head[7] == 'p';
    }

    /// A file that an earlier worker finished and did not live to name.
    public Optional<StoredFile> takeOver(JobId job, int attempt) throws IOException {
        var file = root.resolve(path(job, attempt));
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        var digest = sha256();
        long bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = copy(in, OutputStream.nullOutputStream(), digest);
        }
        return Optional.of(new StoredFile(path(job, attempt), MP4, bytes, digest.digest()));
    }

    /// Opens a stored file for reading.
    ///
    /// @throws java.nio.file.NoSuchFileException if it is gone
    public FileChannel open(String path) throws IOException {
        return FileChannel.open(inside(path), StandardOpenOption.READ);
    }

    /// Files that were last written before `before`, finished or not, as paths relative to the root.
    public List<String> writtenBefore(Instant before) throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (var files = Files.find(
                root,
                4,
                (path, attributes) -> attributes.isRegularFile()
                        && attributes.lastModifiedTime().toInstant().isBefore(before)
                        && !path.equals(root.resolve(MARKER)))) {
            return files.map(path -> root.relativize(path).toString().replace('\\', '/'))
                    .toList();
        }
    }

    public void delete(String path) throws IOException {
        Files.deleteIfExists(inside(path));
    }

    private Path inside(String path) {
        var file = root.resolve(path).normalize();
        if (!file.startsWith(root)) {
            throw new IllegalArgumentException("A stored path leads out of the store");
        }
        return file;
    }

    /// Names are ours alone: nothing that a user or a provider wrote is part of a path.
    private static String path(JobId job, int attempt) {
        return folder(job) + "/" + job.hex() + "-" + attempt + ".mp4";
    }

    /// Eight digits are the upper 32 of the 48 bits of milliseconds: a new folder about every minute.
    private static String folder(JobId job) {
        return job.hex().substring(0, 5) + "/" + job.hex().substring(5, 8);
    }

    /// Makes a folder that outlives a loss of power, as do those on the way to it.
    private void make(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Files.createDirectories(folder);
        for (@Nullable Path parent = folder.getParent();
                parent != null && parent.startsWith(root);
                parent = parent.getParent()) {
            sync(parent);
        }
    }

    private static void sync(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Makes sure that all services of one database use one store: the first to start leaves a marker in both.
    ///
    /// @param marker the marker that the database has
    /// @return why this folder is not that store; empty if it is
    public Optional<String> objection(String marker) throws IOException {
        Files.createDirectories(root);
        var file = root.resolve(MARKER);
        if (!Files.exists(file)) {
            if (holdsFiles()) {
                return Optional.of("the asset store " + root + " holds files, but not of this database");
            }
            // Written aside and renamed, so that a service that starts at the same moment never reads half of it.
            var draft = root.resolve(MARKER + "." + UUID.randomUUID());
            Files.writeString(draft, marker, StandardOpenOption.CREATE_NEW);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return Files.readString(file).strip().equals(marker)
                ? Optional.empty()
                : Optional.of("the asset store " + root + " belongs to another database");
    }

    /// Whether there is anything but what this class or a new file system puts there.
    private boolean holdsFiles() throws IOException {
        try (var entries = Files.list(root)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .anyMatch(name -> !name.startsWith(MARKER) && !name.equals("lost+found"));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is part of every JDK", impossible);
        }
    }
}
