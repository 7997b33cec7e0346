package dev.millrace.quickstart.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The end of a log file.
public final class LogTail {

    private static final int BYTES = 16 * 1024;

    private LogTail() {}

    /// The last `lines` lines of the file, fewer if it has fewer or lines are very long; empty if it can't be read.
    public static String of(Path log, int lines) {
        try (var file = Files.newByteChannel(log)) {
            file.position(Math.max(0, file.size() - BYTES));
            var bytes = new byte[BYTES];
            var buffer = java.nio.ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining() && file.read(buffer) >= 0) {
                // until the end
            }
            List<String> all = new String(bytes, 0, buffer.position(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException unreadable) {
            return "";
        }
    }
}
