package dev.millrace.provider.gemini.video;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;

/// Bytes that come as text in base64, of either alphabet, decoded while they are read.
final class Base64Text {

    private Base64Text() {}

    static InputStream decoded(InputStream text) {
        return Base64.getDecoder().wrap(new StandardAlphabet(text));
    }

    private static final class StandardAlphabet extends FilterInputStream {
        StandardAlphabet(InputStream text) {
            super(text);
        }

        @Override
        public int read() throws IOException {
            int c = super.read();
            while (c == '\n' || c == '\r') {
                c = super.read();
            }
            return switch (c) {
                case '-' -> '+';
                case '_' -> '/';
                default -> c;
            };
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            int read = 0;
            while (read < length) {
                int c = read();
                if (c < 0) {
                    return read == 0 ? -1 : read;
                }
                to[offset + read++] = (byte) c;
            }
            return read;
        }
    }
}
