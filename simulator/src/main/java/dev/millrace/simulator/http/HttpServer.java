package dev.millrace.simulator.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Accepts connections and serves each on a virtual thread of its own, request after request.
public final class HttpServer implements AutoCloseable {

    private static final int BACKLOG = 4096;

    private final ServerSocket listener;
    private final ConnectionHandler handler;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();

    private HttpServer(ServerSocket listener, ConnectionHandler handler) {
        this.listener = listener;
        this.handler = handler;
    }

    /// Listens, and begins to accept.
    ///
    /// @param port 0 for any free one
    /// @throws java.net.BindException if the port is taken
    public static HttpServer start(InetAddress address, int port, ConnectionHandler handler) throws IOException {
        ServerSocket listener = new ServerSocket();
        try {
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(address, port), BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        HttpServer server = new HttpServer(listener, handler);
        Thread.ofPlatform().name("simulator-accept").start(server::acceptAll);
        return server;
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    /// Stops listening and closes every connection, also those that wait for an answer.
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            // A listener that can't be closed is closed.
        }
        open.forEach(Connection::close);
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().name("simulator-connection").start(() -> serve(socket));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    // Out of descriptors, or the client left before it was accepted: the next one may do, a little
                    // later.
                    LockSupport.parkNanos(10_000_000);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            Connection connection = new Connection(socket);
            open.add(connection);
            try {
                serve(connection);
            } finally {
                open.remove(connection);
            }
        } catch (IOException e) {
            // The client is gone, or was sent away; the ledger has what was seen of it.
        }
    }

    private void serve(Connection connection) throws IOException {
        try {
            RequestHead head = connection.readHead();
            while (head != null && !listener.isClosed()) {
                boolean again = handler.handle(connection, head) && head.keepAlive();
                if (!again) {
                    connection.closeGently();
                    return;
                }
                if (connection.bodyPending()) {
                    connection.readBody(head);
                }
                head = connection.readHead();
            }
        } catch (MalformedRequestException e) {
            byte[] body = ("{\"error\":{\"message\":\"" + printable(e.getMessage())
                            + "\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}")
                    .getBytes(StandardCharsets.UTF_8);
            ResponseHead answer = new ResponseHead(e.status())
                    .add("content-type", "application/json")
                    .add("content-length", Integer.toString(body.length))
                    .add("connection", "close");
            connection.write(answer.with(body));
            connection.closeGently();
        }
    }

    private static String printable(@Nullable String message) {
        return String.valueOf(message).replaceAll("[^ -!#-\\[\\]-~]", "?");
    }
}
