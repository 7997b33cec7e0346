package dev.millrace.quickstart.client;

import tools.jackson.databind.JsonNode;

/// A job as the API showed it at some moment.
///
/// @param sequence number of the job's latest event
/// @param progress in percent, as far as the provider tells
/// @param json     the whole answer
public record Job(String id, String kind, String status, String model, long sequence, int progress, JsonNode json) {

    static Job of(JsonNode json) {
        return new Job(
                Json.text(json, "id"),
                Json.text(json, "kind"),
                Json.text(json, "status"),
                Json.text(json, "model"),
                json.path("sequence").asLong(0),
                json.path("progress").asInt(0),
                json);
    }

    /// Whether nothing more will happen to it.
    public boolean isFinished() {
        return switch (status) {
            case "succeeded", "failed", "cancelled", "expired" -> true;
            default -> false;
        };
    }

    public boolean hasSucceeded() {
        return status.equals("succeeded");
    }

    /// Whether it waits for an operator.
    public boolean isHeld() {
        return json.path("hold").isObject();
    }

    /// `code: message` of a failed job's error, or an empty text.
    public String error() {
        var error = json.path("error");
        return error.isObject() ? Json.text(error, "code") + ": " + Json.text(error, "message") : "";
    }
}
