package dev.millrace.quickstart.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/// A port before another. While it is shut its queue of connections is full, so that a connection to it neither stands
/// nor fails: whoever connects waits, and has sent nothing. When it is open it passes everything on.
final class Door implements AutoCloseable {

    private final ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<Socket> queue = new ArrayList<>();
    private volatile int target;
    private volatile boolean open;
    private Thread doorman = new Thread();

    Door() throws IOException {}

    int port() {
        return port.getLocalPort();
    }

    void leadTo(int simulator) {
        target = simulator;
    }

    synchronized void open() throws IOException {
        for (var waiting : queue) {
            waiting.close();
        }
        queue.clear();
        open = true;
        doorman = Thread.ofVirtual().start(this::admit);
    }

    /// From now on nobody gets in; what is inside goes on.
    synchronized void shut() throws Exception {
        open = false;
        // Wakes the doorman, who then leaves.
        new Socket(port.getInetAddress(), port.getLocalPort()).close();
        doorman.join();
        while (true) {
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(port.getInetAddress(), port.getLocalPort()), 300);
                queue.add(socket);
            } catch (IOException full) {
                socket.close();
                return;
            }
        }
    }

    private void admit() {
        while (open) {
            try {
                var caller = port.accept();
                var inside = new Socket(InetAddress.getLoopbackAddress(), target);
                pass(caller, inside);
                pass(inside, caller);
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void pass(Socket from, Socket to) {
        Thread.ofVirtual().start(() -> {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException ended) {
                // Either side may leave at any time.
            }
        });
    }

    @Override
    public void close() throws IOException {
        open = false;
        port.close();
        for (var waiting : queue) {
            waiting.close();
        }
    }
}
