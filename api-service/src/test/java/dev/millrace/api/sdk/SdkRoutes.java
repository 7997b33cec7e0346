package dev.millrace.api.sdk;

import dev.millrace.api.fixture.SimulatedApi;

/// What the SDKs' tests call, the same in each language.
final class SdkRoutes {

    private SdkRoutes() {}

    static SimulatedApi start() {
        return new SimulatedApi.Setup()
                .route("plain", "sim-chat")
                .route("fails-over", "sim-chat~status=500", "sim-chat")
                .route("refused", "sim-chat~status=400~code=content_policy_violation")
                .route("limited", "sim-chat~status=429~retry-after=3")
                .route("broken", "sim-chat~status=500")
                .route("our-key", "sim-chat~status=401~code=invalid_api_key")
                // Whoever comes second finds the first's provider resting.
                .route("limited-again", "sim-chat~status=429~retry-after=3")
                .route("our-key-again", "sim-chat~status=401~code=invalid_api_key")
                .route("breaks-off", "sim-chat~tokens=8~error-at=3")
                .route("vectors", "sim-embed")
                .set("models.vectors.kind", "embedding")
                .route("draws", "sim-image")
                .set("models.draws.kind", "image")
                // As its users have them: the first does not take a temperature any more.
                .route("gpt-5.2-preview", "sim-chat~refuse=temperature~tokens=12")
                .set("models[gpt-5.2-preview].deployments[0].refuses[0]", "temperature")
                .set("models[gpt-5.2-preview].chat.drop[0]", "temperature")
                .route("gemini-3.0-pro", "sim-chat~tokens=12")
                .start();
    }
}
