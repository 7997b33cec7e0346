package dev.millrace.quickstart.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Authenticated JSON calls to one address, over connections that are kept.
final class Http {

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .proxy(HttpClient.Builder.NO_PROXY)
            .build();
    private final URI base;
    private final String key;

    Http(URI base, String key) {
        this.base = base;
        this.key = key;
    }

    JsonNode get(String path, Map<String, String> headers, Duration patience) {
        return parse(send(request(path, headers, patience).GET().build(), HttpResponse.BodyHandlers.ofString()));
    }

    JsonNode get(String path) {
        return get(path, Map.of(), Duration.ofSeconds(30));
    }

    JsonNode post(String path, @Nullable Object body, Map<String, String> headers) {
        var request = request(path, headers, Duration.ofSeconds(30))
                .header("content-type", "application/json")
                .POST(
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(Json.MAPPER.writeValueAsString(body)))
                .build();
        return parse(send(request, HttpResponse.BodyHandlers.ofString()));
    }

    /// The text of an answer that is no JSON.
    String text(String path, Duration patience) {
        var response = send(
                request(path, Map.of("accept", "text/plain"), patience).GET().build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new CallFailed(
                    response.statusCode(), "", "GET " + path + " was answered with " + response.statusCode());
        }
        return response.body();
    }

    /// Writes the answer's bytes to the file.
    void download(String path, Path file) {
        var response = send(
                request(path, Map.of(), Duration.ofMinutes(2)).GET().build(), HttpResponse.BodyHandlers.ofFile(file));
        if (response.statusCode() != 200) {
            throw new CallFailed(
                    response.statusCode(), "", "GET " + path + " was answered with " + response.statusCode());
        }
    }

    private HttpRequest.Builder request(String path, Map<String, String> headers, Duration patience) {
        var request =
                HttpRequest.newBuilder(base.resolve(path)).timeout(patience).header("authorization", "Bearer " + key);
        headers.forEach(request::setHeader);
        return request;
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> as) {
        try {
            return client.send(request, as);
        } catch (IOException noAnswer) {
            throw new CallFailed(
                    "No answer from " + base + " (" + noAnswer.getClass().getSimpleName() + ")", noAnswer);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CallFailed("Interrupted while waiting for " + base, interrupted);
        }
    }

    private static JsonNode parse(HttpResponse<String> response) {
        var what = response.request().method() + " " + response.uri().getPath() + " was answered with "
                + response.statusCode();
        JsonNode body;
        try {
            body = Json.MAPPER.readTree(response.body());
        } catch (JacksonException noJson) {
            throw new CallFailed(response.statusCode(), "", what + " and no JSON");
        }
        if (response.statusCode() / 100 == 2) {
            return body;
        }
        var error = body.path("error");
        throw new CallFailed(
                response.statusCode(), Json.text(error, "code"), what + ": " + Json.text(error, "message"));
    }
}
