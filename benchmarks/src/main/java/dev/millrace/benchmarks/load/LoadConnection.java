package dev.millrace.benchmarks.load;

import static java.util.Objects.requireNonNull;

import dev.millrace.benchmarks.wire.Answers;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// One kept-alive connection with one request on its way, or none. It is opened with its first request: a server does
/// not wait for ever for a caller who says nothing.
final class LoadConnection {

    private final Selector selector;
    private final InetSocketAddress address;
    private final Answers answers;
    private ByteBuffer request = ByteBuffer.allocateDirect(1024);
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private boolean busy;
    private long intendedAt;
    private long restsUntil;

    LoadConnection(Selector selector, int port, Answers answers) {
        this.selector = selector;
        this.answers = answers;
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /// @param intended when it was to be sent
    void send(RequestTemplate template, long number, long intended) throws IOException {
        if (request.capacity() < template.length()) {
            request = ByteBuffer.allocateDirect(template.length());
        }
        request.clear();
        template.write(request, number);
        request.flip();
        intendedAt = intended;
        busy = true;
        if (channel == null) {
            connect();
        }
        write();
    }

    /// Goes on with what the socket is ready for.
    ///
    /// @return true if the answer is whole; see [#answers()]
    boolean proceed() throws IOException {
        if (request.hasRemaining()) {
            write();
        }
        if (!requireNonNull(key).isReadable()) {
            return false;
        }
        if (!answers.fill(requireNonNull(channel))) {
            throw new EOFException("The server closed the connection");
        }
        return answers.isWhole();
    }

    /// Whether a request is on its way.
    boolean isBusy() {
        return busy;
    }

    /// The answer, until [#free()].
    Answers answers() {
        return answers;
    }

    long intendedAt() {
        return intendedAt;
    }

    /// Ready for the next request, over a new connection if the server ended this one.
    void free() {
        boolean last = answers.isLast();
        busy = false;
        answers.next();
        if (last) {
            reconnect();
        }
    }

    /// Over a new connection, once there is a request.
    void reconnect() {
        close();
        busy = false;
        answers.reset();
        request.clear().flip();
    }

    /// Leaves the connection alone until then.
    void restUntil(long nanos) {
        restsUntil = nanos;
    }

    long restsUntil() {
        return restsUntil;
    }

    void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException alreadyGone) {
            // Closed is what it should be.
        }
        channel = null;
        key = null;
    }

    private void write() throws IOException {
        var ready = requireNonNull(key);
        boolean waited = (ready.interestOps() & SelectionKey.OP_WRITE) != 0;
        requireNonNull(channel).write(request);
        if (request.hasRemaining() != waited) {
            ready.interestOps(waited ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
    }

    private void connect() throws IOException {
        var opened = SocketChannel.open(address);
        channel = opened;
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        opened.configureBlocking(false);
        key = opened.register(selector, SelectionKey.OP_READ, this);
    }
}
