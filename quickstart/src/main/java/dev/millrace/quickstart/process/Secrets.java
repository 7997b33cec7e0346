package dev.millrace.quickstart.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.function.Supplier;

/// Secrets in files that only their owner can read (mode 0600).
public final class Secrets {

    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    /// 32 random bytes in base64 without padding, fit for URLs and passwords.
    public static String token() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes());
    }

    /// 32 random bytes in ordinary base64.
    public static String key() {
        return Base64.getEncoder().encodeToString(bytes());
    }

    /// The secret in the file; made now and written there if there is no such file.
    ///
    /// @throws IOException if the file can neither be read nor made
    public static String keptIn(Path file, Supplier<String> make) throws IOException {
        if (Files.exists(file)) {
            return Files.readString(file).strip();
        }
        var secret = make.get();
        write(file, secret);
        return secret;
    }

    /// Writes a file that only its owner can read; it must not exist yet.
    public static void write(Path file, String secret) throws IOException {
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var channel = Files.newByteChannel(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
            channel.write(ByteBuffer.wrap((secret + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (FileAlreadyExistsException there) {
            throw new IOException(file + " exists already", there);
        }
    }

    private static byte[] bytes() {
        var bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
