package dev.millrace.quickstart.endtoend;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The simulator's own account of what it was asked and what it billed, and its holds and faults.
final class Witness {

    private final HttpClient http = HttpClient.newHttpClient();
    private final JsonMapper json = new JsonMapper();
    private final URI base;

    Witness(URI base) {
        this.base = base;
    }

    /// A hold at a point of an operation; matching requests stop there.
    final class Hold implements AutoCloseable {
        private final String id;

        private Hold(String id) {
            this.id = id;
        }

        void awaitHeld(int count) {
            var hold = get("/sim/holds/" + id + "?wait=30&count=" + count);
            if (hold.path("arrived").asInt() < count) {
                throw new AssertionError("Nothing was held: " + hold);
            }
        }

        void release() {
            call("POST", "/sim/holds/" + id + "/release", "{}");
        }

        @Override
        public void close() {
            call("DELETE", "/sim/holds/" + id, "");
        }
    }

    Hold hold(String operation, String point) {
        var made = call(
                "POST",
                "/sim/holds",
                json.writeValueAsString(Map.of("operation", operation, "point", point, "times", 1)));
        return new Hold(made.path("id").asString());
    }

    void behave(String operation, Map<String, ?> behaviour, int times) {
        var rule = times > 0
                ? Map.of("operation", operation, "model", "*", "behaviour", behaviour, "times", times)
                : Map.of("operation", operation, "model", "*", "behaviour", behaviour);
        call("PUT", "/sim/behaviours", json.writeValueAsString(rule));
    }

    void providerWithoutList(String provider) {
        call("PUT", "/sim/providers/" + provider, "{\"list\":false}");
    }

    void behaveNormally() {
        call("DELETE", "/sim/behaviours", "");
    }

    /// Renders that were made for this prompt, each of them billed.
    List<JsonNode> renders(String prompt) {
        return get("/sim/renders")
                .required("renders")
                .valueStream()
                .filter(render -> render.path("prompt").asString("").equals(prompt))
                .toList();
    }

    /// Requests of an operation about this prompt.
    List<JsonNode> requests(String operation, String prompt) {
        return get("/sim/ledger?operation=" + operation)
                .required("entries")
                .valueStream()
                .filter(request -> request.path("prompt").asString("").contains(prompt))
                .toList();
    }

    JsonNode get(String path) {
        return call("GET", path, "");
    }

    private JsonNode call(String method, String path, String body) {
        try {
            var answer = http.send(
                    HttpRequest.newBuilder(base.resolve(path))
                            .method(method, HttpRequest.BodyPublishers.ofString(body))
                            .header("content-type", "application/json")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new AssertionError(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
            }
            return answer.body().isEmpty() ? json.createObjectNode() : json.readTree(answer.body());
        } catch (IOException gone) {
            throw new AssertionError(method + " " + path, gone);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }
}
