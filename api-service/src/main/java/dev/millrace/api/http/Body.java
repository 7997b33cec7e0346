package dev.millrace.api.http;

import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongConsumer;

/// Reads a request's body whole, within a size and a time: a caller that sends a byte at a time is not waited for.
public final class Body {

    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final int CHUNK = 8 * 1024;

    /// The caller took too long.
    public static final class TooSlowException extends IOException {
        private static final long serialVersionUID = 1;

        TooSlowException(Duration deadline) {
            super("The body took longer than " + deadline.toSeconds() + " s");
        }
    }

    private Body() {}

    /// @return empty if the body is larger than `mostBytes`
    /// @throws TooSlowException if it is not there in time
    /// @throws IOException if the caller went away
    public static Optional<byte[]> read(HttpServletRequest request, long mostBytes) throws IOException {
        return read(request, mostBytes, DEADLINE);
    }

    /// As [#read(HttpServletRequest, long)], within a time that fits a larger body.
    public static Optional<byte[]> read(HttpServletRequest request, long mostBytes, Duration deadline)
            throws IOException {
        return read(request, mostBytes, deadline, size -> {});
    }

    /// The same for a body whose length is not told, where somebody counts what is held.
    ///
    /// @param grown is told how large it has become, and may refuse more by throwing
    public static Optional<byte[]> read(
            HttpServletRequest request, long mostBytes, Duration deadline, LongConsumer grown) throws IOException {
        long declared = request.getContentLengthLong();
        if (declared > mostBytes) {
            return Optional.empty();
        }
        return declared >= 0
                ? Optional.of(declared(request, (int) declared, deadline))
                : chunked(request, mostBytes, deadline, grown);
    }

    private static byte[] declared(HttpServletRequest request, int length, Duration deadline) throws IOException {
        var body = new byte[length];
        var in = request.getInputStream();
        long until = System.nanoTime() + deadline.toNanos();
        int read = 0;
        while (read < length) {
            int now = in.read(body, read, length - read);
            if (now < 0) {
                throw new IOException("The body ended after " + read + " of " + length + " bytes");
            }
            read += now;
            if (read < length && System.nanoTime() - until > 0) {
                throw new TooSlowException(deadline);
            }
        }
        return body;
    }

    private static Optional<byte[]> chunked(
            HttpServletRequest request, long mostBytes, Duration deadline, LongConsumer grown) throws IOException {
        var body = new ByteArrayOutputStream();
        var in = request.getInputStream();
        var chunk = new byte[CHUNK];
        long until = System.nanoTime() + deadline.toNanos();
        while (true) {
            int now = in.read(chunk);
            if (now < 0) {
                return Optional.of(body.toByteArray());
            }
            body.write(chunk, 0, now);
            grown.accept(body.size());
            if (body.size() > mostBytes) {
                return Optional.empty();
            }
            if (System.nanoTime() - until > 0) {
                throw new TooSlowException(deadline);
            }
        }
    }
}
