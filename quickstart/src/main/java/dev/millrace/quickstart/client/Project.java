package dev.millrace.quickstart.client;

import tools.jackson.databind.JsonNode;

/// A project just made, with what is shown of it once.
///
/// @param apiKey        its bearer token, `mr_…`
/// @param webhookSecret what its webhooks are signed with, `whsec_…`
public record Project(String id, String name, String apiKey, String webhookSecret) {

    static Project of(JsonNode json) {
        return new Project(
                Json.text(json, "id"),
                Json.text(json, "name"),
                Json.text(json, "api_key"),
                Json.text(json, "webhook_secret"));
    }

    /// Without the secrets.
    @Override
    public String toString() {
        return "Project[id=" + id + ", name=" + name + "]";
    }
}
