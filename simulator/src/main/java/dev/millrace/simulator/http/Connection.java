package dev.millrace.simulator.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One client's connection, with the means to break it on purpose.
///
/// Used by one thread at a time; only [#close()] may be called from another.
public final class Connection implements AutoCloseable {

    static final int MAX_HEAD = 64 * 1024;
    static final int MAX_BODY = 64 * 1024 * 1024;
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private byte[] buffer = new byte[8 * 1024];
    private int start;
    private int end;
    private boolean bodyPending;
    private boolean gone;

    Connection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /// Waits for the next request's head; null when the client closed the connection between two requests.
    @Nullable
    RequestHead readHead() throws IOException {
        int scanned = start;
        while (true) {
            int headEnd = endOfHead(scanned);
            if (headEnd >= 0) {
                RequestHead head =
                        RequestHead.parse(new String(buffer, start, headEnd - start, StandardCharsets.ISO_8859_1));
                start = headEnd + 4;
                bodyPending = hasBody(head);
                return head;
            }
            int already = end - start;
            if (already > MAX_HEAD) {
                throw new MalformedRequestException(431, "the request's head is larger than " + MAX_HEAD + " bytes");
            }
            if (!fill()) {
                return null;
            }
            scanned = start + Math.max(0, already - 3);
        }
    }

    /// Reads the whole body of the request whose head was read last; an empty array if it has none.
    public byte[] readBody(RequestHead head) throws IOException {
        if (!bodyPending) {
            return new byte[0];
        }
        bodyPending = false;
        if ("100-continue".equalsIgnoreCase(head.header("Expect")) && start == end) {
            write(CONTINUE);
        }
        if (isChunked(head)) {
            return readChunks();
        }
        long length = contentLength(head);
        if (length > MAX_BODY) {
            bodyPending = true;
            throw new MalformedRequestException(413, "the body is larger than " + MAX_BODY + " bytes");
        }
        return readExactly((int) length);
    }

    /// Whether the body of the current request still lies unread in the connection.
    public boolean bodyPending() {
        return bodyPending;
    }

    public void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            gone = true;
            throw e;
        }
    }

    /// Lets the time pass, and notices a client that goes away meanwhile (it closed its side or reset the connection).
    ///
    /// @return true if the client is known to have gone; the whole time has passed all the same
    public boolean goneAfter(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        while (!gone && start == end) {
            long left = until - System.nanoTime();
            if (left < 1_000_000) {
                break;
            }
            listen((int) Math.min(left / 1_000_000, Integer.MAX_VALUE));
        }
        long left;
        while ((left = until - System.nanoTime()) > 0) {
            LockSupport.parkNanos(left);
        }
        return gone;
    }

    /// Looks for at most a millisecond whether the client has gone.
    public boolean isGone() {
        if (!gone && start == end) {
            listen(1);
        }
        return gone;
    }

    /// Waits until the client gives up, however long that takes.
    public void awaitGone() {
        while (!gone) {
            if (end - start >= MAX_HEAD) {
                gone = true;
            } else {
                listen(0);
            }
        }
    }

    /// Ends the connection with a TCP reset: the client sees "connection reset", also for what it has not read yet.
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException alreadyClosed) {
            // Nothing is left to reset.
        }
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // The descriptor is released in any case, and there is nobody to tell.
        }
    }

    /// Ends our side first and takes in what the client still sends, so that a last answer is not lost to a reset.
    void closeGently() {
        try {
            socket.shutdownOutput();
            socket.setSoTimeout(200);
            int pieces = 0;
            while (pieces < 64 && in.read(buffer) >= 0) {
                pieces++;
            }
        } catch (IOException e) {
            // The client went first.
        }
        close();
    }

    /// @param millis at most this long; 0 is without limit
    private void listen(int millis) {
        try {
            socket.setSoTimeout(millis);
            if (!fill()) {
                gone = true;
            }
            socket.setSoTimeout(0);
        } catch (SocketTimeoutException stillThere) {
            quietlyWithoutTimeout();
        } catch (IOException reset) {
            gone = true;
        }
    }

    private void quietlyWithoutTimeout() {
        try {
            socket.setSoTimeout(0);
        } catch (IOException closed) {
            gone = true;
        }
    }

    private int endOfHead(int from) {
        for (int i = from; i + 3 < end; i++) {
            if (buffer[i] == '\r' && buffer[i + 1] == '\n' && buffer[i + 2] == '\r' && buffer[i + 3] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private boolean fill() throws IOException {
        if (start == end) {
            start = 0;
            end = 0;
        } else if (end == buffer.length) {
            if (start > 0) {
                System.arraycopy(buffer, start, buffer, 0, end - start);
                end -= start;
                start = 0;
            } else {
                buffer = Arrays.copyOf(buffer, buffer.length * 2);
            }
        }
        int read = in.read(buffer, end, buffer.length - end);
        if (read < 0) {
            return false;
        }
        end += read;
        return true;
    }

    private static boolean isChunked(RequestHead head) {
        String encoding = head.header("Transfer-Encoding");
        return encoding != null && encoding.toLowerCase(Locale.ROOT).contains("chunked");
    }

    private static boolean hasBody(RequestHead head) throws MalformedRequestException {
        return isChunked(head) || contentLength(head) > 0;
    }

    private static long contentLength(RequestHead head) throws MalformedRequestException {
        String length = head.header("Content-Length");
        if (length == null) {
            return 0;
        }
        try {
            long value = Long.parseLong(length);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // Said below, as for a negative one.
        }
        throw new MalformedRequestException(400, "Content-Length is no number: " + length);
    }

    private byte[] readExactly(int length) throws IOException {
        byte[] body = new byte[length];
        int have = Math.min(length, end - start);
        System.arraycopy(buffer, start, body, 0, have);
        start += have;
        while (have < length) {
            int read = in.read(body, have, length - have);
            if (read < 0) {
                gone = true;
                throw new MalformedRequestException(400, "the body ended after " + have + " of " + length + " bytes");
            }
            have += read;
        }
        return body;
    }

    private byte[] readChunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String line = readLine();
            int extension = line.indexOf(';');
            int size;
            try {
                size = Integer.parseInt((extension < 0 ? line : line.substring(0, extension)).strip(), 16);
            } catch (NumberFormatException e) {
                throw new MalformedRequestException(400, "a chunk's size is no hexadecimal number: " + line);
            }
            if (size < 0 || body.size() + (long) size > MAX_BODY) {
                throw new MalformedRequestException(413, "the body is larger than " + MAX_BODY + " bytes");
            }
            if (size == 0) {
                // Trailers are read and dropped.
                String trailer = readLine();
                while (!trailer.isEmpty()) {
                    trailer = readLine();
                }
                return body.toByteArray();
            }
            body.writeBytes(readExactly(size));
            readLine();
        }
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            if (start == end && !fill()) {
                gone = true;
                throw new MalformedRequestException(400, "the connection ended inside a chunked body");
            }
            char c = (char) (buffer[start++] & 0xff);
            if (c == '\n') {
                return line.toString();
            }
            if (c != '\r') {
                line.append(c);
            }
            if (line.length() > MAX_HEAD) {
                throw new MalformedRequestException(400, "a line of the chunked body is too long");
            }
        }
    }
}
