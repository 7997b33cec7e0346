package dev.millrace.api.sdk;

import dev.millrace.api.fixture.SimulatedApi;
import tools.jackson.databind.JsonNode;

/// A provider's wire format behind the service, and what is to be known of it where the SDK's caller sees a
/// difference.
enum Wire {
    OPENAI("openai", "content_policy_violation", "/messages/1/content/1/image_url/url"),
    ANTHROPIC("anthropic", "content_policy_violation", "/messages/0/content/1/source/data"),
    GEMINI("gemini", "content_policy_violation", "/contents/0/parts/1/inlineData/data");

    private final String type;
    private final String refusal;
    private final String picture;

    Wire(String type, String refusal, String picture) {
        this.type = type;
        this.refusal = refusal;
        this.picture = picture;
    }

    /// As a provider's `type` has it.
    String type() {
        return type;
    }

    /// The route of this name whose providers speak this format.
    String route(String name) {
        return this == OPENAI ? name : type + "-" + name;
    }

    /// The code of a prompt that the provider refuses for what it says.
    String refusal() {
        return refusal;
    }

    /// Whether it gives several answers at once.
    boolean hasChoices() {
        return this != ANTHROPIC;
    }

    /// The body of the last request that the first provider of a route received.
    JsonNode lastBody(SimulatedApi api, String name) {
        return api.lastBody(route(name) + "-1");
    }

    /// The first picture of a request with a system prompt, where this format has it: a `data:` URL, or its base64.
    String picture(JsonNode body) {
        return body.at(picture).asString();
    }
}
