package dev.millrace.api.sdk;

import dev.millrace.api.fixture.SimulatedApi;

/// What the SDKs' tests call, the same in each language and over each wire format.
final class SdkRoutes {

    private SdkRoutes() {}

    static SimulatedApi start() {
        var setup = new SimulatedApi.Setup();
        for (var wire : Wire.values()) {
            chats(setup.speaking(wire.type()), wire);
        }
        return setup.speaking(Wire.OPENAI.type())
                .route("vectors", "sim-embed")
                .set("models.vectors.kind", "embedding")
                .route("draws", "sim-image")
                .set("models.draws.kind", "image")
                // As gateways name theirs.
                .provider("vendor", "sk-canary-vendor")
                .deployment("vendor/plain", 0, "vendor", "sim-chat")
                // As its users have them: the first does not take a temperature any more, the second is Google's.
                .route("gpt-5.2-preview", "sim-chat~refuse=temperature~tokens=12")
                .set("models[gpt-5.2-preview].deployments[0].refuses[0]", "temperature")
                .set("models[gpt-5.2-preview].chat.drop[0]", "temperature")
                .speaking(Wire.GEMINI.type())
                .route("gemini-3.0-pro", "sim-chat~tokens=12")
                .start();
    }

    private static void chats(SimulatedApi.Setup setup, Wire wire) {
        setup.route(wire.route("plain"), "sim-chat")
                .route(wire.route("fails-over"), "sim-chat~status=500", "sim-chat")
                .route(wire.route("refused"), "sim-chat~error=content_refused")
                .route(wire.route("limited"), "sim-chat~status=429~retry-after=3")
                .route(wire.route("broken"), "sim-chat~status=500")
                .route(wire.route("our-key"), "sim-chat~error=invalid_api_key")
                // Whoever comes second finds the first's provider resting.
                .route(wire.route("limited-again"), "sim-chat~status=429~retry-after=3")
                .route(wire.route("our-key-again"), "sim-chat~error=invalid_api_key")
                .route(wire.route("breaks-off"), "sim-chat~tokens=8~error-at=3");
    }
}
