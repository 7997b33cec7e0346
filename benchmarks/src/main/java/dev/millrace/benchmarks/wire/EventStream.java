package dev.millrace.benchmarks.wire;

import dev.millrace.benchmarks.wire.HttpMessages.MalformedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Streamed chat completions of one connection. Nothing of an event is kept: each byte is looked at once as it comes,
/// and what remains is when the first content came, how many events there were, and whether the stream ended as it
/// should. An answer that is no stream is taken as it is.
public final class EventStream implements Answers {

    private static final byte[] DATA = bytes("data:");
    private static final byte[] CONTENT = bytes("\"content\":\"");
    private static final byte[] ERROR = bytes("\"error\":{");
    private static final byte[] END = bytes("data: [DONE]");
    private static final int LARGEST_HEAD = 16 * 1024;
    private static final int KEPT = 300;

    private enum At {
        HEAD,
        SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER,
        BODY,
        WHOLE
    }

    private final ByteBuffer shared;
    private byte[] head = new byte[512];
    private int headLength;
    private At at = At.HEAD;
    private long left;
    private String headText = "";
    private boolean streams;
    private final StringBuilder kept = new StringBuilder();

    private final Matcher data = new Matcher(DATA, true);
    private final Matcher content = new Matcher(CONTENT, false);
    private final Matcher error = new Matcher(ERROR, false);
    private final Matcher end = new Matcher(END, true);
    private boolean contentBegins;
    private long firstContentAt;
    private long lastEventAt;
    private long longestGap;
    private int events;
    private boolean failed;
    private boolean done;

    /// @param shared to read into; one for all connections of a thread
    public EventStream(ByteBuffer shared) {
        this.shared = shared;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public boolean fill(ReadableByteChannel channel) throws IOException {
        shared.clear();
        int read = channel.read(shared);
        if (read < 0) {
            return false;
        }
        long now = System.nanoTime();
        shared.flip();
        while (shared.hasRemaining()) {
            take(shared.get(), now);
        }
        return true;
    }

    private void take(byte next, long now) throws MalformedException {
        switch (at) {
            case HEAD -> takeHead(next);
            case SIZE -> takeSize(next);
            case CHUNK -> {
                payload(next, now);
                if (--left == 0) {
                    at = At.CHUNK_END;
                }
            }
            case CHUNK_END -> {
                if (next == '\n') {
                    at = At.SIZE;
                    left = 0;
                }
            }
            case TRAILER -> {
                if (next == '\n') {
                    at = At.WHOLE;
                }
            }
            case BODY -> {
                payload(next, now);
                if (--left == 0) {
                    at = At.WHOLE;
                }
            }
            case WHOLE -> throw new MalformedException("More than was asked for");
        }
    }

    private void takeHead(byte next) throws MalformedException {
        if (headLength == LARGEST_HEAD) {
            throw new MalformedException("The head is larger than " + LARGEST_HEAD + " bytes");
        }
        if (headLength == head.length) {
            head = Arrays.copyOf(head, head.length * 2);
        }
        head[headLength++] = next;
        if (next != '\n' || headLength < 4 || head[headLength - 3] != '\n') {
            return;
        }
        headText = new String(head, 0, headLength, StandardCharsets.ISO_8859_1);
        var type = header("content-type");
        streams = type != null && type.startsWith("text/event-stream");
        if ("chunked".equalsIgnoreCase(header("transfer-encoding"))) {
            at = At.SIZE;
            left = 0;
            return;
        }
        var length = header("content-length");
        if (length != null && !length.matches("\\d{1,9}")) {
            throw new MalformedException("Content-Length is no number: " + length);
        }
        left = length == null ? 0 : Long.parseLong(length);
        at = left == 0 ? At.WHOLE : At.BODY;
    }

    private void takeSize(byte next) throws MalformedException {
        if (next == '\r') {
            return;
        }
        if (next == '\n') {
            at = left == 0 ? At.TRAILER : At.CHUNK;
            return;
        }
        int digit = Character.digit(next, 16);
        if (digit < 0 || left > Integer.MAX_VALUE) {
            throw new MalformedException("A chunk's size is no hexadecimal number");
        }
        left = left * 16 + digit;
    }

    private void payload(byte next, long now) {
        if (!streams) {
            if (kept.length() < KEPT) {
                kept.append((char) (next & 0xff));
            }
            return;
        }
        if (contentBegins) {
            contentBegins = false;
            if (next != '"' && firstContentAt == 0) {
                firstContentAt = now;
            }
        }
        if (next == '\n') {
            data.newLine();
            content.newLine();
            error.newLine();
            end.newLine();
            return;
        }
        if (data.take(next)) {
            event(now);
        }
        if (content.take(next)) {
            contentBegins = true;
        }
        failed |= error.take(next);
        done |= end.take(next);
    }

    private void event(long now) {
        if (events++ > 0) {
            longestGap = Math.max(longestGap, now - lastEventAt);
        }
        lastEventAt = now;
    }

    @Override
    public boolean isWhole() {
        return at == At.WHOLE;
    }

    /// Whether it is a stream that came to its end: content, the end marker, and no error on the way.
    public boolean isComplete() {
        return streams && firstContentAt != 0 && done && !failed;
    }

    /// When the first event with content came, by the monotonic clock; 0 if none did.
    public long firstContentAt() {
        return firstContentAt;
    }

    /// The longest time between two events, in nanoseconds.
    public long longestGap() {
        return longestGap;
    }

    public int events() {
        return events;
    }

    @Override
    public int status() throws MalformedException {
        if (!headText.matches("(?s)HTTP/1\\.1 \\d{3} .*")) {
            throw new MalformedException(
                    "No status line: " + headText.lines().findFirst().orElse(""));
        }
        return Integer.parseInt(headText.substring(9, 12));
    }

    @Override
    public @Nullable String header(String name) {
        return headText.lines()
                .skip(1)
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse(null);
    }

    @Override
    public boolean isLast() {
        return "close".equalsIgnoreCase(header("connection"));
    }

    @Override
    public String body() {
        if (!streams) {
            return kept.toString();
        }
        return "a stream of " + events + " events " + (failed ? "with an error in it" : "without its end");
    }

    @Override
    public void next() {
        at = At.HEAD;
        headLength = 0;
        headText = "";
        streams = false;
        kept.setLength(0);
        data.newLine();
        content.newLine();
        error.newLine();
        end.newLine();
        contentBegins = false;
        firstContentAt = 0;
        lastEventAt = 0;
        longestGap = 0;
        events = 0;
        failed = false;
        done = false;
    }

    @Override
    public void reset() {
        next();
    }

    /// Looks for some bytes in a line: at its start, or anywhere. After a mismatch only the last byte may be a new
    /// beginning, which is enough for what is looked for here.
    private static final class Matcher {

        private final byte[] wanted;
        private final boolean atStart;
        private int matched;
        private boolean over;

        private Matcher(byte[] wanted, boolean atStart) {
            this.wanted = wanted;
            this.atStart = atStart;
        }

        private void newLine() {
            matched = 0;
            over = false;
        }

        /// Whether they end with this byte.
        private boolean take(byte next) {
            if (over) {
                return false;
            }
            if (next == wanted[matched]) {
                matched++;
                if (matched == wanted.length) {
                    matched = 0;
                    over = atStart;
                    return true;
                }
            } else {
                over = atStart;
                matched = next == wanted[0] ? 1 : 0;
            }
            return false;
        }
    }
}
