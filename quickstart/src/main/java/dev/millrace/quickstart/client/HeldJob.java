package dev.millrace.quickstart.client;

import tools.jackson.databind.JsonNode;

/// A job that waits for an operator to say what became of a paid create.
///
/// @param since Unix seconds
/// @param json  the whole entry
public record HeldJob(
        String job,
        String project,
        int attempt,
        String reason,
        long since,
        String deployment,
        String model,
        JsonNode json) {

    static HeldJob of(JsonNode json) {
        return new HeldJob(
                Json.text(json, "job"),
                Json.text(json, "project"),
                json.path("attempt").asInt(0),
                Json.text(json, "reason"),
                json.path("since").asLong(0),
                Json.text(json, "deployment"),
                Json.text(json, "model"),
                json);
    }
}
