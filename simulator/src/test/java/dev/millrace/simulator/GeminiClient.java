package dev.millrace.simulator;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Asks one provider in Google's format by plain HTTP.
record GeminiClient(SimulatorFixture simulator, String provider) {

    static final String TOOLS = """
            [{"functionDeclarations":[
              {"name":"get_weather","parametersJsonSchema":{"type":"object","properties":{"city":{"type":"string"}}}},
              {"name":"get_time","parameters":{"type":"OBJECT","properties":{"zone":{"type":"STRING"}}}}]}]""";

    static ObjectNode contents(String prompt) {
        ObjectNode body = SimulatorFixture.JSON.createObjectNode();
        turn(body, "user").addObject().put("text", prompt);
        return body;
    }

    /// Adds a turn to the conversation, and gives its parts.
    static ArrayNode turn(ObjectNode body, String role) {
        return body.withArray("contents").addObject().put("role", role).putArray("parts");
    }

    static JsonNode json(String text) {
        return SimulatorFixture.JSON.readTree(text);
    }

    static ObjectNode with(ObjectNode body, String field, String value) {
        body.set(field, json(value));
        return body;
    }

    static JsonNode part(JsonNode answer, int index) {
        return answer.at("/candidates/0/content/parts/" + index);
    }

    static String finish(JsonNode answer) {
        return answer.at("/candidates/0/finishReason").asString("");
    }

    static String path(String model, String method) {
        return "/v1beta/models/"
                + URLEncoder.encode(model, StandardCharsets.UTF_8).replace("+", "%20") + ":" + method;
    }

    /// @param body empty for a GET
    HttpResponse<String> send(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(simulator.server.providerUrl(provider) + path))
                .timeout(Duration.ofSeconds(20))
                .header("content-type", "application/json");
        if (headers.length > 0) {
            request.headers(headers);
        }
        return simulator.http.send(
                (body.isEmpty() ? request : request.POST(HttpRequest.BodyPublishers.ofString(body))).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws Exception {
        return send(path, "", "x-goog-api-key", SimulatorFixture.KEY);
    }

    HttpResponse<String> post(String path, JsonNode body) throws Exception {
        return send(path, body.toString(), "x-goog-api-key", SimulatorFixture.KEY);
    }

    HttpResponse<String> ask(String model, JsonNode body) throws Exception {
        return post(path(model, "generateContent"), body);
    }

    JsonNode answer(String model, JsonNode body) throws Exception {
        HttpResponse<String> answer = ask(model, body);
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.body());
        }
        return json(answer.body());
    }

    /// What is refused, in the words of the refusal.
    String refusal(String model, JsonNode body) throws Exception {
        HttpResponse<String> answer = ask(model, body);
        if (answer.statusCode() != 400) {
            throw new AssertionError(answer.statusCode() + ": " + answer.body());
        }
        return json(answer.body()).path("error").path("message").asString("");
    }

    List<JsonNode> chunks(String model, JsonNode body) throws Exception {
        HttpResponse<String> answer = post(path(model, "streamGenerateContent") + "?alt=sse", body);
        List<JsonNode> chunks = new ArrayList<>();
        for (String block : answer.body().split("\r\n\r\n")) {
            chunks.add(json(block.substring("data: ".length())));
        }
        return chunks;
    }
}
