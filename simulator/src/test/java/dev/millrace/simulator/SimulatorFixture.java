package dev.millrace.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A simulator of its own for each test class, and short ways to talk to it.
final class SimulatorFixture implements AutoCloseable {

    static final String KEY = "sk-alpha-0123456789";
    static final JsonMapper JSON = new JsonMapper();

    final SimulatorServer server;
    final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    SimulatorFixture() {
        try {
            server = SimulatorServer.start(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
        server.close();
    }

    /// A provider that no other test has used.
    static String freshProvider() {
        return "p" + UUID.randomUUID().toString().substring(0, 8);
    }

    static String chatBody(String model, String prompt) {
        return chat(model, prompt).toString();
    }

    static ObjectNode chat(String model, String prompt) {
        ObjectNode body = JSON.createObjectNode().put("model", model);
        body.putArray("messages").addObject().put("role", "user").put("content", prompt);
        return body;
    }

    static String streamBody(String model, String prompt) {
        ObjectNode body = chat(model, prompt).put("stream", true);
        body.putObject("stream_options").put("include_usage", true);
        return body.toString();
    }

    static String videoBody(String model, String prompt) {
        return JSON.createObjectNode().put("model", model).put("prompt", prompt).toString();
    }

    HttpResponse<String> ask(String provider, String model) throws Exception {
        return post(server.openAiUrl(provider) + "/chat/completions", chatBody(model, "hello"));
    }

    /// Creates a render and gives its id.
    String createVideo(String provider, String model, String prompt) throws Exception {
        HttpResponse<String> answer = post(server.openAiUrl(provider) + "/videos", videoBody(model, prompt));
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.body());
        }
        return JSON.readTree(answer.body()).path("id").asString("");
    }

    HttpResponse<String> getVideo(String provider, String rest) throws Exception {
        return get(server.openAiUrl(provider) + "/videos" + rest);
    }

    HttpResponse<String> post(String url, String body) throws Exception {
        return http.send(
                request(url)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String url) throws Exception {
        return http.send(request(url).build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + KEY);
    }

    JsonNode control(String method, String path, String body) {
        try {
            HttpResponse<String> answer = rawControl(method, path, body);
            if (answer.statusCode() != 200) {
                throw new AssertionError(method + " " + path + ": " + answer.body());
            }
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    HttpResponse<String> rawControl(String method, String path, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(server.baseUrl() + path))
                        .timeout(Duration.ofSeconds(20))
                        .method(method, HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    void behave(String provider, String operation, String model, Map<String, ?> behaviour) {
        ObjectNode rule = JSON.createObjectNode()
                .put("provider", provider)
                .put("operation", operation)
                .put("model", model);
        rule.set("behaviour", JSON.valueToTree(behaviour));
        control("PUT", "/sim/behaviours", rule.toString());
    }

    List<JsonNode> ledger(String provider) {
        return list(control("GET", "/sim/ledger?provider=" + provider, "").path("entries"));
    }

    /// The body of the last request that a provider received.
    JsonNode lastBody(String provider) {
        long number = ledger(provider).getLast().path("number").asLong();
        return JSON.readTree(
                control("GET", "/sim/raw?number=" + number, "").path("body").asString(""));
    }

    List<JsonNode> renders(String provider) {
        return list(control("GET", "/sim/renders?provider=" + provider, "").path("renders"));
    }

    static List<JsonNode> list(JsonNode array) {
        List<JsonNode> list = new ArrayList<>();
        array.forEach(list::add);
        return list;
    }

    /// Looks again and again until the condition holds, for at most ten seconds.
    static void await(String what, BooleanSupplier condition) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .until(condition::getAsBoolean);
    }

    /// Opens a connection without any HTTP client in between.
    RawClient raw() {
        return new RawClient(server.port());
    }
}
