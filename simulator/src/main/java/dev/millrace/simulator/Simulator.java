package dev.millrace.simulator;

import java.io.IOException;
import java.net.BindException;
import java.net.UnknownHostException;

/// The program: `java -jar simulator-exec.jar --port 8090 [--host 127.0.0.1]`.
public final class Simulator {

    private static final String USAGE = "usage: java -jar simulator-exec.jar [--port 8090] [--host 127.0.0.1]";

    private Simulator() {}

    public static void main(String[] args) {
        String host = "127.0.0.1";
        int port = 8090;
        for (int i = 0; i < args.length; i++) {
            String option = args[i];
            if (option.equals("--help")) {
                System.out.println(USAGE);
                return;
            }
            if ((!option.equals("--port") && !option.equals("--host")) || i + 1 == args.length) {
                throw stop("unknown or incomplete option '" + option + "'; " + USAGE);
            }
            String value = args[++i];
            if (option.equals("--host")) {
                host = value;
            } else {
                port = port(value);
            }
        }
        System.out.println("simulator listening on " + start(host, port).baseUrl());
    }

    private static SimulatorServer start(String host, int port) {
        try {
            return SimulatorServer.start(host, port);
        } catch (BindException e) {
            throw stop("port " + port + " on " + host + " is taken or not to be had; choose another with --port");
        } catch (UnknownHostException e) {
            throw stop("the host '" + host + "' has no address");
        } catch (IOException e) {
            throw stop("can't listen on port " + port + " of " + host + ": " + e.getMessage());
        }
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number out of range.
        }
        throw stop("'" + text + "' is no port; a port is a number from 0 to 65535");
    }

    private static IllegalStateException stop(String sentence) {
        System.err.println("simulator: " + sentence);
        System.exit(2);
        return new IllegalStateException(sentence);
    }
}
