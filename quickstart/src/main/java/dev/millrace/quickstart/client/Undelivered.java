package dev.millrace.quickstart.client;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A webhook that was tried and has not arrived, or is sent again on request.
///
/// @param next    Unix seconds of the next attempt; empty while one is under way, and where none will be
/// @param outcome of the last attempt
/// @param status  of the HTTP answer to it, if there was one
public record Undelivered(
        String id,
        String project,
        String job,
        String type,
        String url,
        String state,
        int attempts,
        Optional<Long> next,
        String outcome,
        Optional<Integer> status) {

    static Undelivered of(JsonNode json) {
        var last = json.path("last_attempt");
        return new Undelivered(
                Json.text(json, "id"),
                Json.text(json, "project_id"),
                Json.text(json, "job"),
                Json.text(json, "type"),
                Json.text(json, "url"),
                Json.text(json, "status"),
                json.path("attempts").asInt(0),
                Optional.of(json.path("next_attempt_at"))
                        .filter(JsonNode::isNumber)
                        .map(JsonNode::asLong),
                Json.text(last, "outcome"),
                Optional.of(last.path("http_status")).filter(JsonNode::isNumber).map(JsonNode::asInt));
    }
}
