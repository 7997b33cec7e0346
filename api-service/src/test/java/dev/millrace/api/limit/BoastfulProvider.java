package dev.millrace.api.limit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/// A provider that tells the limits of its account with each answer, and is at its limit for the model `full`.
final class BoastfulProvider implements AutoCloseable {

    private static final String ANSWER = """
            {"id":"c1","object":"chat.completion","created":1700000000,"model":"m",
             "choices":[{"index":0,"message":{"role":"assistant","content":"Fine."},"finish_reason":"stop"}],
             "usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}""";

    private static final String FULL = """
            {"error":{"message":"Slow down","type":"requests","param":null,"code":"rate_limit_exceeded"}}""";

    private final HttpServer server;

    BoastfulProvider() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", BoastfulProvider::answer);
        server.start();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean full = asked.contains("\"full\"");
            var headers = exchange.getResponseHeaders();
            headers.set("content-type", "application/json");
            for (var what : new String[] {"requests", "tokens", "project-tokens"}) {
                headers.set("x-ratelimit-limit-" + what, "31337");
                headers.set("x-ratelimit-remaining-" + what, "31336");
                headers.set("x-ratelimit-reset-" + what, "7ms");
            }
            var body = (full ? FULL : ANSWER).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(full ? 429 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /// Settings with routes to it: `boastful` answers, `full` and `as-full` are refused. A refused key rests, and so
    /// each has its own.
    String[] settings() {
        return Stream.of("boastful", "full", "as-full")
                .flatMap(route -> Stream.of(
                        "millrace.providers." + route + ".type=openai",
                        "millrace.providers." + route + ".base-url=http://127.0.0.1:"
                                + server.getAddress().getPort() + "/v1",
                        "millrace.providers." + route + ".keys=sk-canary-" + route,
                        "millrace.models." + route + ".deployments[0].provider=" + route,
                        "millrace.models." + route + ".deployments[0].model="
                                + (route.equals("boastful") ? "m" : "full")))
                .toArray(String[]::new);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
