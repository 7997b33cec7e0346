package dev.millrace.benchmarks.control;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Takes commands on 127.0.0.1: a POST of JSON to `/name`, answered with JSON.
public final class ControlServer implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpServer server;

    private ControlServer(HttpServer server) {
        this.server = server;
    }

    /// What is done at a command.
    @FunctionalInterface
    public interface Command {
        JsonNode carryOut(JsonNode body) throws IOException;
    }

    /// @param port of 127.0.0.1; 0 takes a free one
    public static ControlServer start(int port) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return new ControlServer(server);
    }

    public ControlServer on(String name, Command command) {
        server.createContext("/" + name, exchange -> answer(exchange, command));
        return this;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, Command command) throws IOException {
        try (exchange) {
            var text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            int status = 200;
            String answer;
            try {
                var body = text.isEmpty() ? JSON.createObjectNode() : JSON.readTree(text);
                answer = JSON.writeValueAsString(command.carryOut(body));
            } catch (IOException | RuntimeException failure) {
                // The one who asked is the one to know.
                status = 500;
                answer = JSON.writeValueAsString(failure.toString());
            }
            var bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
