package dev.millrace.benchmarks.load;

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

/// One kept-alive connection with one request on its way, or none.
final class LoadConnection {

    private final Selector selector;
    private final InetSocketAddress address;
    private final Answers answers;
    private ByteBuffer request = ByteBuffer.allocateDirect(1024);
    private SocketChannel channel;
    private SelectionKey key;
    private long intendedAt;
    private long restsUntil;

    LoadConnection(Selector selector, int port, Answers answers) throws IOException {
        this.selector = selector;
        this.answers = answers;
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.channel = connect();
        this.key = register();
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
        write();
    }

    /// Goes on with what the socket is ready for.
    ///
    /// @return true if the answer is whole; see [#answers()]
    boolean proceed() throws IOException {
        if (request.hasRemaining()) {
            write();
        }
        if (!key.isReadable()) {
            return false;
        }
        if (!answers.fill(channel)) {
            throw new EOFException("The server closed the connection");
        }
        return answers.isWhole();
    }

    /// The answer, until [#free()].
    Answers answers() {
        return answers;
    }

    long intendedAt() {
        return intendedAt;
    }

    /// Ready for the next request, over a new connection if the server ended this one.
    void free() throws IOException {
        boolean last = answers.isLast();
        answers.next();
        if (last) {
            reconnect();
        }
    }

    void reconnect() throws IOException {
        close();
        channel = connect();
        key = register();
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
            channel.close();
        } catch (IOException alreadyGone) {
            // Closed is what it should be.
        }
    }

    private void write() throws IOException {
        boolean waited = (key.interestOps() & SelectionKey.OP_WRITE) != 0;
        channel.write(request);
        if (request.hasRemaining() != waited) {
            key.interestOps(waited ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
    }

    private SocketChannel connect() throws IOException {
        var opened = SocketChannel.open(address);
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        opened.configureBlocking(false);
        return opened;
    }

    private SelectionKey register() throws IOException {
        return channel.register(selector, SelectionKey.OP_READ, this);
    }
}
