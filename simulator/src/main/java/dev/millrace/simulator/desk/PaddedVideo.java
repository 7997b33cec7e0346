package dev.millrace.simulator.desk;

import dev.millrace.simulator.media.Media;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The video brought to any length by a `free` box at its end, which players skip; made while it is sent.
///
/// Below the length of the video and an empty box it is the video cut short.
public final class PaddedVideo implements Body {

    private static final byte[] ZEROS = new byte[64 * 1024];
    private static final int LONG_BOX_HEAD = 16;

    private final long length;
    private final byte[] front;

    public PaddedVideo(long length) {
        this.length = length;
        byte[] video = Media.VIDEO.bytes();
        ByteBuffer head = ByteBuffer.allocate(video.length + LONG_BOX_HEAD).put(video);
        // A size of 1 says that the size follows in 64 bits.
        head.putInt(1).put("free".getBytes(StandardCharsets.US_ASCII));
        head.putLong(Math.max(LONG_BOX_HEAD, length - video.length));
        this.front = head.array();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public void write(long from, long to, Sink sink) throws IOException {
        long at = from;
        if (at < front.length) {
            int end = (int) Math.min(to, front.length);
            sink.write(front, (int) at, end - (int) at);
            at = end;
        }
        while (at < to) {
            int piece = (int) Math.min(ZEROS.length, to - at);
            sink.write(ZEROS, 0, piece);
            at += piece;
        }
    }
}
