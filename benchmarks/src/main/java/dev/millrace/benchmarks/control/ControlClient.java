package dev.millrace.benchmarks.control;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON to and from a helper of the harness: its own children, and the simulator's control endpoints.
public final class ControlClient {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .proxy(HttpClient.Builder.NO_PROXY)
            .build();
    private final URI base;

    public ControlClient(URI base) {
        this.base = base;
    }

    /// @param body anything that becomes JSON
    /// @throws IllegalStateException if the answer is not 2xx, or none comes
    public JsonNode call(String method, String path, Object body) {
        return JSON.readTree(send(method, path, body, HttpResponse.BodyHandlers.ofString()));
    }

    public JsonNode post(String path, Object body) {
        return call("POST", path, body);
    }

    public <T> T post(String path, Object body, Class<T> as) {
        return JSON.treeToValue(post(path, body), as);
    }

    public JsonNode get(String path) {
        return call("GET", path, "");
    }

    /// An answer too large to be held as text.
    public java.io.InputStream stream(String path) {
        return send("GET", path, "", HttpResponse.BodyHandlers.ofInputStream());
    }

    private <T> T send(String method, String path, Object body, HttpResponse.BodyHandler<T> as) {
        var publisher = "".equals(body)
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body));
        var request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(Duration.ofMinutes(2))
                .header("content-type", "application/json")
                .method(method, publisher)
                .build();
        try {
            var answer = client.send(request, as);
            if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException("%s %s was answered with %d: %s"
                        .formatted(method, request.uri(), answer.statusCode(), answer.body()));
            }
            return answer.body();
        } catch (IOException noAnswer) {
            throw new IllegalStateException("No answer to " + method + " " + request.uri(), noAnswer);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted at " + request.uri(), interrupted);
        }
    }
}
