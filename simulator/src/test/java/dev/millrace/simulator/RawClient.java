package dev.millrace.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/// A bare socket: shows exactly what bytes come, and how the connection ends.
final class RawClient implements AutoCloseable {

    /// How a connection ended.
    enum End {
        CLOSED,
        RESET,
        STILL_OPEN
    }

    /// What came, and how it ended.
    record Received(String text, End end) {
        String head() {
            int end = text.indexOf("\r\n\r\n");
            return end < 0 ? text : text.substring(0, end);
        }

        String body() {
            int end = text.indexOf("\r\n\r\n");
            return end < 0 ? "" : text.substring(end + 4);
        }

        int statedLength() {
            for (String line : head().split("\r\n")) {
                if (line.startsWith("content-length: ")) {
                    return Integer.parseInt(line.substring("content-length: ".length()));
                }
            }
            throw new AssertionError("no content-length in " + head());
        }
    }

    private final Socket socket;
    private final InputStream in;

    RawClient(int port) {
        try {
            socket = new Socket("127.0.0.1", port);
            socket.setTcpNoDelay(true);
            in = socket.getInputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String request(String method, String path, String body) {
        return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + SimulatorFixture.KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    RawClient send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RawClient post(String path, String body) {
        return send(request("POST", path, body));
    }

    /// Reads until the connection ends, or until nothing has come for so long.
    Received receive(int quietMillis) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        End end = End.CLOSED;
        try {
            socket.setSoTimeout(quietMillis);
            byte[] buffer = new byte[8192];
            int read;
            while ((read = in.read(buffer)) >= 0) {
                all.write(buffer, 0, read);
            }
        } catch (SocketTimeoutException e) {
            end = End.STILL_OPEN;
        } catch (SocketException e) {
            end = End.RESET;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Received(all.toString(StandardCharsets.UTF_8), end);
    }

    /// Reads until this text has come.
    String receiveThrough(String text) {
        try {
            socket.setSoTimeout(10_000);
            StringBuilder all = new StringBuilder();
            while (all.indexOf(text) < 0) {
                int read = in.read();
                if (read < 0) {
                    throw new AssertionError("ended before '" + text + "': " + all);
                }
                all.append((char) read);
            }
            return all.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
