package dev.millrace.benchmarks.witness;

import dev.millrace.benchmarks.wire.HttpMessages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// Takes webhooks at `/hooks/N`, and plain requests at `/bare`, which it answers with as many bytes as a submission is
/// answered with: what a request costs of itself. One thread for all connections.
final class WitnessLoop implements AutoCloseable {

    static final String HOOKS = "/hooks/";
    static final String BARE = "/bare";

    private static final int BACKLOG = 1024;
    private static final byte[] NO_CONTENT = ascii("HTTP/1.1 204 No Content\r\n\r\n");
    private static final byte[] NOT_FOUND = ascii("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    private static final byte[] ACCEPTED = accepted();

    private final ServerSocketChannel listener;
    private final Selector selector;
    private final Told told;
    private final ByteBuffer answer = ByteBuffer.allocateDirect(1024);
    private final ByteBuffer accepted =
            ByteBuffer.allocateDirect(ACCEPTED.length).put(ACCEPTED);

    WitnessLoop(int port, Told told) throws IOException {
        this.told = told;
        selector = Selector.open();
        listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
    }

    int port() throws IOException {
        return ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    /// Serves until it is closed.
    void run() throws IOException {
        try {
            while (selector.isOpen()) {
                selector.select(this::proceed);
            }
        } catch (ClosedSelectorException closed) {
            // As it should end.
        }
    }

    private void proceed(SelectionKey key) {
        if (key.attachment() instanceof HttpMessages requests) {
            serve(key, (SocketChannel) key.channel(), requests);
        } else {
            accept();
        }
    }

    private void accept() {
        try {
            var channel = listener.accept();
            if (channel != null) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, new HttpMessages());
            }
        } catch (IOException gone) {
            // The client left before it was accepted; it has not been told anything.
        }
    }

    private void serve(SelectionKey key, SocketChannel channel, HttpMessages requests) {
        try {
            if (!requests.fill(channel)) {
                key.cancel();
                channel.close();
                return;
            }
            while (requests.isWhole()) {
                answer(channel, requests);
                requests.next();
            }
        } catch (IOException broke) {
            if (broke instanceof HttpMessages.MalformedException) {
                told.unreadable();
            }
            key.cancel();
            close(channel);
        }
    }

    private void answer(SocketChannel channel, HttpMessages request) throws IOException {
        var target = request.target();
        if (target.startsWith(HOOKS)) {
            told.receive(request, number(target));
            write(channel, NO_CONTENT);
        } else if (target.equals(BARE)) {
            accepted.flip();
            while (accepted.hasRemaining()) {
                channel.write(accepted);
            }
        } else {
            told.unreadable();
            write(channel, NOT_FOUND);
        }
    }

    /// An answer is far smaller than a socket's buffer, and each has one on its way at most.
    private void write(SocketChannel channel, byte[] bytes) throws IOException {
        answer.clear().put(bytes).flip();
        while (answer.hasRemaining()) {
            channel.write(answer);
        }
    }

    private static int number(String target) {
        var text = target.substring(HOOKS.length());
        return text.matches("\\d{1,6}") ? Integer.parseInt(text) : -1;
    }

    private static byte[] accepted() {
        var body = """
                {"id":"job_00000000000000000000000000000000","object":"job","kind":"chat","status":"queued","model":"sim-chat",\
                "created_at":1700000000,"started_at":null,"finished_at":null,"run_at":1700000000,"sequence":1,"attempts":0,\
                "progress":0,"error":null,"usage":null,"metadata":{},"hold":null}""";
        return ascii("HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            // Closed is what it should be.
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
        listener.close();
    }
}
