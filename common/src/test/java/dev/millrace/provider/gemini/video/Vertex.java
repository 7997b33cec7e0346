package dev.millrace.provider.gemini.video;

import dev.millrace.access.Secret;
import dev.millrace.http.RawServer;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.time.Duration;

/// Vertex AI, played by raw servers.
final class Vertex {

    static final String OPERATION =
            "projects/p1/locations/us-central1/publishers/google/models/sim-video/operations/0000000000000000";

    private Vertex() {}

    static ProviderKey key(RawServer token) {
        return ProviderKey.of(new Secret(TestAccount.json(token.uri("/token").toString())));
    }

    static Target target(RawServer provider, RawServer token, Duration deadline) {
        return new Target(
                "vertex",
                provider.uri(VertexFormat.LOCATION),
                "veo-3.1-generate-001",
                key(token),
                deadline,
                Traits.NONE);
    }
}
