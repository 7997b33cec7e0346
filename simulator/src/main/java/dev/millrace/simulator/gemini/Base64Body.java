package dev.millrace.simulator.gemini;

import dev.millrace.simulator.desk.Body;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Bytes in base64 between two pieces of text, encoded while they are sent: tens of megabytes need no memory.
final class Base64Body implements Body {

    private static final int GROUPS_AT_ONCE = 16 * 1024;

    private final byte[] before;
    private final Body inner;
    private final byte[] after;
    private final long encoded;

    Base64Body(String before, Body inner, String after) {
        this.before = before.getBytes(StandardCharsets.UTF_8);
        this.inner = inner;
        this.after = after.getBytes(StandardCharsets.UTF_8);
        this.encoded = (inner.length() + 2) / 3 * 4;
    }

    @Override
    public long length() {
        return before.length + encoded + after.length;
    }

    @Override
    public void write(long from, long to, Sink sink) throws IOException {
        overlap(before, 0, from, to, sink);
        long first = Math.max(from - before.length, 0);
        long last = Math.min(to - before.length, encoded);
        for (long at = first; at < last; ) {
            // Four characters stand for three bytes.
            long group = at / 4;
            long groups = Math.min(GROUPS_AT_ONCE, (last + 3) / 4 - group);
            byte[] text = encode(group * 3, Math.min(inner.length(), (group + groups) * 3));
            int skipped = (int) (at - group * 4);
            int length = (int) Math.min(text.length - skipped, last - at);
            sink.write(text, skipped, length);
            at += length;
        }
        overlap(after, before.length + encoded, from, to, sink);
    }

    private byte[] encode(long from, long to) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) (to - from));
        inner.write(from, to, bytes::write);
        return Base64.getEncoder().encode(bytes.toByteArray());
    }

    /// Writes what of the piece lies between the two places.
    private static void overlap(byte[] piece, long at, long from, long to, Sink sink) throws IOException {
        int first = (int) Math.max(0, Math.min(piece.length, from - at));
        int last = (int) Math.max(0, Math.min(piece.length, to - at));
        if (last > first) {
            sink.write(piece, first, last - first);
        }
    }
}
