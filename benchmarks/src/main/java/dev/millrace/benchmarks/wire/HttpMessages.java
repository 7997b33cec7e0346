package dev.millrace.benchmarks.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The HTTP/1.1 messages of one connection, one after the other: bytes are taken in as they come, and once a message is
/// whole its parts can be read until [#next()]. It copies nothing and makes no objects for a message, since what a
/// load generator spends is missing to what it measures.
public final class HttpMessages implements Answers {

    private static final int MOST = 16 * 1024 * 1024;

    private byte[] bytes = new byte[4 * 1024];
    private ByteBuffer view = ByteBuffer.wrap(bytes);
    private int start;
    private int end;
    private int headEnd;
    private int bodyStart;
    private int bodyEnd;
    private int messageEnd;

    /// The peer does not speak HTTP/1.1 as it should.
    public static final class MalformedException extends IOException {
        private static final long serialVersionUID = 1L;

        MalformedException(String what) {
            super(what);
        }
    }

    /// Takes in what the channel has.
    ///
    /// @return false if the peer has closed the connection
    @Override
    public boolean fill(ReadableByteChannel channel) throws IOException {
        makeRoom();
        view.limit(bytes.length).position(end);
        int read = channel.read(view);
        if (read < 0) {
            return false;
        }
        end += read;
        return true;
    }

    /// Whether a whole message is there.
    ///
    /// @throws MalformedException if it can't become one
    @Override
    public boolean isWhole() throws MalformedException {
        headEnd = endOfHead();
        if (headEnd < 0) {
            if (end - start > MOST) {
                throw new MalformedException("The head is larger than " + MOST + " bytes");
            }
            return false;
        }
        bodyStart = headEnd + 4;
        if (isChunked()) {
            return walkChunks();
        }
        long length = contentLength();
        if (length > MOST) {
            throw new MalformedException("The body is larger than " + MOST + " bytes");
        }
        bodyEnd = bodyStart + (int) length;
        messageEnd = bodyEnd;
        return end >= bodyEnd;
    }

    /// Goes on to the next message.
    @Override
    public void next() {
        start = messageEnd;
        if (start == end) {
            start = 0;
            end = 0;
        }
    }

    /// Forgets everything, for a new connection.
    @Override
    public void reset() {
        start = 0;
        end = 0;
    }

    /// The status of a response.
    @Override
    public int status() throws MalformedException {
        // "HTTP/1.1 202"
        if (end - start < 12 || bytes[start] != 'H' || bytes[start + 8] != ' ') {
            throw new MalformedException("No status line: " + firstLine());
        }
        return digit(9) * 100 + digit(10) * 10 + digit(11);
    }

    /// The target of a request: `/hooks/3`.
    public String target() throws MalformedException {
        int from = indexOf((byte) ' ', start) + 1;
        int to = indexOf((byte) ' ', from);
        if (from <= 0 || to < 0) {
            throw new MalformedException("No request line: " + firstLine());
        }
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /// The value of a header; null if there is none.
    ///
    /// @param name in lower case
    @Override
    public @Nullable String header(String name) {
        int at = valueOf(name);
        if (at < 0) {
            return null;
        }
        int to = at;
        while (bytes[to] != '\r') {
            to++;
        }
        return new String(bytes, at, to - at, StandardCharsets.ISO_8859_1).strip();
    }

    /// Whether the peer will close the connection after this message.
    @Override
    public boolean isLast() {
        return "close".equalsIgnoreCase(header("connection"));
    }

    /// Where the body lies, up to [#bodyEnd()]. A body in chunks is as it came, with their sizes in it.
    public byte[] bytes() {
        return bytes;
    }

    public int bodyStart() {
        return bodyStart;
    }

    public int bodyEnd() {
        return bodyEnd;
    }

    @Override
    public String body() {
        return new String(bytes, bodyStart, bodyEnd - bodyStart, StandardCharsets.UTF_8);
    }

    /// The place of some bytes in the body, or -1.
    public int find(byte[] wanted) {
        outer:
        for (int i = bodyStart; i <= bodyEnd - wanted.length; i++) {
            for (int j = 0; j < wanted.length; j++) {
                if (bytes[i + j] != wanted[j]) {
                    continue outer;
                }
            }
            return i;
        }
        return -1;
    }

    private void makeRoom() {
        if (start == end) {
            start = 0;
            end = 0;
        }
        if (end < bytes.length) {
            return;
        }
        if (start > 0) {
            System.arraycopy(bytes, start, bytes, 0, end - start);
            end -= start;
            start = 0;
        } else {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
            view = ByteBuffer.wrap(bytes);
        }
    }

    private int endOfHead() {
        for (int i = start; i + 3 < end; i++) {
            if (bytes[i] == '\r' && bytes[i + 1] == '\n' && bytes[i + 2] == '\r' && bytes[i + 3] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private long contentLength() throws MalformedException {
        var text = header("content-length");
        if (text == null) {
            return 0;
        }
        try {
            long length = Long.parseLong(text);
            if (length >= 0) {
                return length;
            }
        } catch (NumberFormatException noNumber) {
            // Said below, as for a negative one.
        }
        throw new MalformedException("Content-Length is no number: " + text);
    }

    private boolean isChunked() {
        return "chunked".equalsIgnoreCase(header("transfer-encoding"));
    }

    private boolean walkChunks() throws MalformedException {
        int at = bodyStart;
        while (true) {
            int lineEnd = indexOf((byte) '\r', at);
            if (lineEnd < 0 || lineEnd + 1 >= end) {
                return false;
            }
            int size;
            try {
                // What may follow the size after a semicolon is nothing to us.
                var line = new String(bytes, at, lineEnd - at, StandardCharsets.ISO_8859_1).split(";", 2);
                size = Integer.parseInt(line[0].strip(), 16);
            } catch (NumberFormatException noNumber) {
                throw new MalformedException("A chunk's size is no hexadecimal number");
            }
            if (size < 0 || size > MOST) {
                throw new MalformedException("A chunk is larger than " + MOST + " bytes");
            }
            at = lineEnd + 2 + size + 2;
            if (at > end) {
                return false;
            }
            if (size == 0) {
                // No trailers: nobody here sends or reads any.
                bodyEnd = lineEnd - 1;
                messageEnd = at;
                return true;
            }
        }
    }

    /// The first byte of a header's value, or -1.
    private int valueOf(String name) {
        int line = indexOf((byte) '\n', start) + 1;
        while (line > 0 && line < headEnd) {
            if (startsWith(line, name)) {
                int at = line + name.length() + 1;
                while (bytes[at] == ' ') {
                    at++;
                }
                return at;
            }
            line = indexOf((byte) '\n', line) + 1;
        }
        return -1;
    }

    private boolean startsWith(int line, String name) {
        if (line + name.length() >= headEnd || bytes[line + name.length()] != ':') {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            int letter = bytes[line + i];
            if (letter >= 'A' && letter <= 'Z') {
                letter += 'a' - 'A';
            }
            if (letter != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private int indexOf(byte wanted, int from) {
        for (int i = from; i < end; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private int digit(int offset) throws MalformedException {
        int digit = bytes[start + offset] - '0';
        if (digit < 0 || digit > 9) {
            throw new MalformedException("No status: " + firstLine());
        }
        return digit;
    }

    private String firstLine() {
        int to = Math.min(end, start + 80);
        return new String(bytes, start, to - start, StandardCharsets.ISO_8859_1)
                .lines()
                .findFirst()
                .orElse("");
    }
}
