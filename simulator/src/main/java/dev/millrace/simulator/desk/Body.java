package dev.millrace.simulator.desk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// The bytes of an answer, which need not all be in memory.
public interface Body {

    /// Takes bytes on their way to the client.
    @FunctionalInterface
    interface Sink {
        void write(byte[] bytes, int offset, int length) throws IOException;
    }

    long length();

    /// Writes the bytes from `from`, inclusive, to `to`, exclusive.
    void write(long from, long to, Sink sink) throws IOException;

    static Body of(byte[] bytes) {
        return new InMemory(bytes);
    }

    static Body of(String text) {
        return new InMemory(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Bytes that are all there.
    record InMemory(byte[] bytes) implements Body {
        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public void write(long from, long to, Sink sink) throws IOException {
            sink.write(bytes, (int) from, (int) (to - from));
        }
    }
}
