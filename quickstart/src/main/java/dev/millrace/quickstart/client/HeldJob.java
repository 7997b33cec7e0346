package dev.millrace.quickstart.client;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A job that waits for an operator to say what became of a paid create.
///
/// @param since    Unix seconds
/// @param provider the provider and its model, such as `openai/sora-2`; empty if no create was sent
/// @param model    as it was asked for
/// @param intentAt Unix seconds of when the create was about to be sent; a render of ours was made no earlier
/// @param json     the whole entry
public record HeldJob(
        String job,
        String project,
        int attempt,
        String reason,
        long since,
        Optional<String> provider,
        String model,
        long intentAt,
        Optional<String> providerRequestId,
        JsonNode json) {

    static HeldJob of(JsonNode json) {
        return new HeldJob(
                Json.text(json, "job"),
                Json.text(json, "project_id"),
                json.path("attempt").asInt(0),
                Json.text(json, "reason"),
                json.path("since").asLong(0),
                Optional.of(Json.text(json, "provider"))
                        .filter(name -> !name.isEmpty())
                        .map(name -> name + "/" + Json.text(json, "provider_model")),
                Json.text(json, "model"),
                json.path("intent_at").asLong(0),
                Optional.of(Json.text(json, "provider_request_id")).filter(id -> !id.isEmpty()),
                json);
    }
}
