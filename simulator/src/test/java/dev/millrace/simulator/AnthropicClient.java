package dev.millrace.simulator;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Asks one provider in Anthropic's format by plain HTTP.
record AnthropicClient(SimulatorFixture simulator, String provider) {

    /// One event of a stream.
    record Event(String name, JsonNode data) {}

    static ObjectNode message(String model, String prompt) {
        ObjectNode body =
                SimulatorFixture.JSON.createObjectNode().put("model", model).put("max_tokens", 4096);
        body.putArray("messages").addObject().put("role", "user").put("content", prompt);
        return body;
    }

    static JsonNode json(String text) {
        return SimulatorFixture.JSON.readTree(text);
    }

    HttpResponse<String> send(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(simulator.server.providerUrl(provider) + path))
                .timeout(Duration.ofSeconds(20))
                .header("content-type", "application/json")
                .headers(headers);
        return simulator.http.send(
                (body.isEmpty() ? request : request.POST(HttpRequest.BodyPublishers.ofString(body))).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> ask(JsonNode body) throws Exception {
        return send(
                "/v1/messages", body.toString(), "x-api-key", SimulatorFixture.KEY, "anthropic-version", "2023-06-01");
    }

    HttpResponse<String> askNewVersion(JsonNode body) throws Exception {
        return send(
                "/v1/messages",
                body.toString(),
                "authorization",
                "Bearer " + SimulatorFixture.KEY,
                "anthropic-version",
                "2026-10-21");
    }

    JsonNode answer(JsonNode body) throws Exception {
        HttpResponse<String> answer = ask(body);
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.body());
        }
        return json(answer.body());
    }

    /// What is refused, in the words of the refusal.
    String refusal(JsonNode body) throws Exception {
        HttpResponse<String> answer = ask(body);
        if (answer.statusCode() != 400) {
            throw new AssertionError(answer.statusCode() + ": " + answer.body());
        }
        return json(answer.body()).path("error").path("message").asString("");
    }

    List<Event> events(ObjectNode body) throws Exception {
        return events(ask(body.put("stream", true)).body());
    }

    static List<Event> events(String stream) {
        List<Event> events = new ArrayList<>();
        for (String block : stream.split("\n\n")) {
            String[] lines = block.split("\n");
            if (lines.length == 2) {
                events.add(
                        new Event(lines[0].substring("event: ".length()), json(lines[1].substring("data: ".length()))));
            }
        }
        return events;
    }
}
