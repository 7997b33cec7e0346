package dev.millrace.quickstart.process;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/// TCP ports of the loopback address.
public final class Ports {

    // Below the range from which the kernel takes local ports of outgoing connections (32768 on Linux), so that a port
    // found free here is not taken by somebody's client before its server binds it.
    private static final int LOWEST = 20_000;
    private static final int BEYOND = 32_000;

    private static final Set<Integer> HANDED_OUT = new HashSet<>();

    private Ports() {}

    /// A port that nobody listens on, and that this JVM has not been given before.
    public static synchronized int free() {
        for (int tries = 0; tries < 1_000; tries++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, BEYOND);
            if (!HANDED_OUT.contains(port) && isFree(port)) {
                HANDED_OUT.add(port);
                return port;
            }
        }
        throw new CannotContinue("No free port was found between " + LOWEST + " and " + BEYOND + ".");
    }

    /// Whether nobody listens on `port` of 127.0.0.1, be it there alone or on every address.
    ///
    /// This asks by connecting. To listen for a moment would be surer, but a process that is started in that moment
    /// inherits the socket for some milliseconds, and the port then looks taken to its own server.
    public static boolean isFree(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return false;
        } catch (ConnectException refused) {
            return true;
        } catch (IOException unclear) {
            // Somebody is there and doesn't answer.
            return false;
        }
    }
}
