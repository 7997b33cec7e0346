package dev.millrace.quickstart.process;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// TCP ports of the loopback address.
public final class Ports {

    // Below the range from which the kernel takes local ports of outgoing connections (32768 on Linux), so that a port
    // found free here is not taken by somebody's client before its server binds it.
    private static final int LOWEST = 20_000;
    private static final int BEYOND = 32_000;

    private static final List<DatagramSocket> HANDED_OUT = new ArrayList<>();

    private Ports() {}

    /// A port that nobody listens on, and that neither this JVM nor another one that lives has been given before: two
    /// platforms that start at the same moment don't choose the same.
    public static synchronized int free() {
        for (int tries = 0; tries < 1_000; tries++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, BEYOND);
            if (isFree(port) && claim(port)) {
                return port;
            }
        }
        throw new CannotContinue("No free port was found between " + LOWEST + " and " + BEYOND + ".");
    }

    /// Takes the datagram port of that number, which no part of a platform uses, for as long as this JVM lives.
    private static boolean claim(int port) {
        try {
            HANDED_OUT.add(new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
            return true;
        } catch (SocketException claimed) {
            return false;
        }
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
