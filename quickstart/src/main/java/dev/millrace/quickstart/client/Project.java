package dev.millrace.quickstart.client;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A project just made, with what is shown of it once.
///
/// @param apiKey        its bearer token, `mr_…`
/// @param webhookSecret what its webhooks are signed with, `whsec_…`
public record Project(String id, String name, String apiKey, String webhookSecret) {

    /// From the answer of the operator API, or from [#toJson()].
    public static Project of(JsonNode json) {
        return new Project(
                Json.text(json, "id"),
                Json.text(json, "name"),
                Json.text(json, "api_key"),
                Json.text(json, "webhook_secret"));
    }

    /// As the operator API shows it, secrets included.
    public String toJson() {
        return Json.MAPPER.writeValueAsString(
                Map.of("id", id, "name", name, "api_key", apiKey, "webhook_secret", webhookSecret));
    }

    /// Without the secrets.
    @Override
    public String toString() {
        return "Project[id=" + id + ", name=" + name + "]";
    }
}
