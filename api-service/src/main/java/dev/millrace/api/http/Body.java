package dev.millrace.api.http;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongConsumer;

/// Reads a request's body whole, within a size and a time: a caller that sends a byte at a time is not waited for,
/// and for what a caller says that it will send there is no room until it comes.
public final class Body {

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    /// The room that a body gets at first; it is doubled when it is full.
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
        return read(request, mostBytes, DEADLINE, size -> {});
    }

    /// As [#read(HttpServletRequest, long)], where somebody counts what is held.
    ///
    /// @param grows is told how much room it is about to take, and may refuse it by throwing
    public static Optional<byte[]> read(
            HttpServletRequest request, long mostBytes, Duration deadline, LongConsumer grows) throws IOException {
        long until = System.nanoTime() + deadline.toNanos();
        long declared = request.getContentLengthLong();
        if (declared > mostBytes) {
            return Optional.empty();
        }
        // One byte more than is allowed shows that a body of unknown length is too large.
        int most = (int) (declared >= 0 ? declared : mostBytes + 1);
        var in = request.getInputStream();
        var body = larger(new byte[0], most, grows);
        int read = 0;
        while (read < most) {
            if (read == body.length) {
                body = larger(body, most, grows);
            }
            int now = in.read(body, read, body.length - read);
            if (now < 0) {
                if (declared >= 0) {
                    throw new IOException("The body ended after " + read + " of " + declared + " bytes");
                }
                break;
            }
            read += now;
            if (read < most && System.nanoTime() - until > 0) {
                throw new TooSlowException(deadline);
            }
        }
        if (read > mostBytes) {
            return Optional.empty();
        }
        return Optional.of(read == body.length ? body : Arrays.copyOf(body, read));
    }

    private static byte[] larger(byte[] body, int most, LongConsumer grows) {
        int length = (int) Math.min(most, Math.max(CHUNK, 2L * body.length));
        grows.accept(length);
        return Arrays.copyOf(body, length);
    }
}
