package dev.millrace.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A bare server socket, as a witness: it knows every connection that was made to it and every byte that came, and
/// answers with exactly the bytes that its script writes.
public final class RawServer implements AutoCloseable {

    /// What the server does with one connection.
    public interface Script {
        void play(Connection connection) throws IOException;
    }

    /// One connection that was accepted.
    public static final class Connection {

        private final Socket socket;
        private final InputStream in;
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private final List<String> requests = new CopyOnWriteArrayList<>();

        private Connection(Socket socket) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
        }

        private int read() throws IOException {
            int one = in.read();
            if (one >= 0) {
                synchronized (received) {
                    received.write(one);
                }
            }
            return one;
        }

        /// Reads a request with its body.
        ///
        /// @return whether one came; false if the client closed instead
        public boolean readRequest() throws IOException {
            var head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                int one = read();
                if (one < 0) {
                    return false;
                }
                head.append((char) one);
            }
            var text = new StringBuilder(head);
            for (int left = contentLength(head.toString()); left > 0; left--) {
                text.append((char) read());
            }
            requests.add(text.toString());
            return true;
        }

        private static int contentLength(String head) {
            return head.lines()
                    .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length: "))
                    .mapToInt(line -> Integer.parseInt(line.substring("content-length: ".length())))
                    .findFirst()
                    .orElse(0);
        }

        /// Reads until the client closes.
        public void readToEnd() throws IOException {
            int one = read();
            while (one >= 0) {
                one = read();
            }
        }

        public Connection write(String text) throws IOException {
            return write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        public Connection write(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            return this;
        }

        /// Ends the connection with a TCP reset.
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        public int bytesReceived() {
            synchronized (received) {
                return received.size();
            }
        }
    }

    private final ServerSocket server;
    private final Script script;
    private final List<Connection> connections = new CopyOnWriteArrayList<>();

    private RawServer(InetSocketAddress address, Script script) throws IOException {
        this.server = new ServerSocket();
        this.script = script;
        server.bind(address);
        Thread.ofVirtual().name("raw-server").start(this::accept);
    }

    /// Starts on the loopback address, on any free port.
    public static RawServer start(Script script) {
        return start("127.0.0.1", 0, script);
    }

    public static RawServer start(String address, int port, Script script) {
        try {
            return new RawServer(new InetSocketAddress(InetAddress.getByName(address), port), script);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /// One that answers every request with the same bytes and keeps the connection open.
    public static RawServer answering(String answer) {
        return start(connection -> {
            while (connection.readRequest()) {
                connection.write(answer);
            }
        });
    }

    /// A whole answer.
    public static String answer(String status, String contentType, String body) {
        return "HTTP/1.1 " + status + "\r\nContent-Type: " + contentType + "\r\nContent-Length: "
                + body.getBytes(StandardCharsets.ISO_8859_1).length + "\r\n\r\n" + body;
    }

    public static String json(String body) {
        return answer("200 OK", "application/json", body);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var connection = new Connection(server.accept());
                connections.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Connection connection) {
        try (connection.socket) {
            script.play(connection);
        } catch (IOException ended) {
            // The client left in the middle of the script, which many of the tests are about.
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    public URI uri(String path) {
        return URI.create("http://" + server.getInetAddress().getHostAddress() + ":" + port() + path);
    }

    public List<Connection> connections() {
        return List.copyOf(connections);
    }

    /// All requests that came whole, head and body, in the order of their connections.
    public List<String> requests() {
        return connections.stream().flatMap(one -> one.requests.stream()).toList();
    }

    public int bytesReceived() {
        return connections.stream().mapToInt(Connection::bytesReceived).sum();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (var connection : connections) {
                connection.socket.close();
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
