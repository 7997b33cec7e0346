package dev.millrace.quickstart.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
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

    /// Whether a server could listen on `port` of 127.0.0.1 and of every other address now.
    public static boolean isFree(int port) {
        return canBind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                && canBind(new InetSocketAddress(port));
    }

    private static boolean canBind(InetSocketAddress address) {
        try (var socket = new ServerSocket()) {
            // As servers do: connections of an earlier server that still linger in TIME_WAIT don't count.
            socket.setReuseAddress(true);
            socket.bind(address);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
