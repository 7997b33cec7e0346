package dev.millrace.asset;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.SplittableRandom;

/// Bytes that begin as an MP4 does.
final class Mp4 {

    private Mp4() {}

    /// @param length in all, at least 8
    static byte[] of(int length, long seed) {
        var bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        var head = new byte[] {0, 0, 0, 32, 'f', 't', 'y', 'p'};
        System.arraycopy(head, 0, bytes, 0, head.length);
        return bytes;
    }

    static InputStream stream(int length) {
        return new ByteArrayInputStream(of(length, length));
    }
}
