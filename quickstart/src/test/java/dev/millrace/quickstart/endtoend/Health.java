package dev.millrace.quickstart.endtoend;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a service answers to whoever asks whether it is ready; status 0 if nobody answers.
record Health(int status, JsonNode body) {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    static Health of(URI address) {
        var json = JsonMapper.shared();
        try {
            var answer = HTTP.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
            return new Health(answer.statusCode(), json.readTree(answer.body()));
        } catch (IOException notYet) {
            return new Health(0, json.createObjectNode());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    String word() {
        return body.path("status").asString("");
    }
}
