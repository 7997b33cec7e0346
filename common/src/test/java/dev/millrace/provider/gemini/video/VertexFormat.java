package dev.millrace.provider.gemini.video;

import dev.millrace.access.Secret;
import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.RenderFormat;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.provider.gemini.GoogleFormat;
import dev.millrace.simulator.SimulatorServer;
import java.net.URI;
import java.time.Clock;

/// Veo as Vertex AI has it.
final class VertexFormat implements GoogleFormat {

    static final String LOCATION = "/v1/projects/p1/locations/us-central1";

    @Override
    public VideoAdapter video(OutboundHttp http, OutboundHttp foreignHttp) {
        return new VertexVideos(http, foreignHttp, Clock.systemUTC());
    }

    @Override
    public URI baseUrl(SimulatorServer simulator, String provider) {
        return URI.create(simulator.providerUrl(provider) + LOCATION);
    }

    @Override
    public ProviderKey key(SimulatorServer simulator, String provider) {
        return ProviderKey.of(new Secret(TestAccount.json(simulator.providerUrl(provider) + "/token")));
    }

    @Override
    public RenderFormat renders() {
        return VeoFormat.operations(
                false,
                "projects/p1/locations/us-central1/publishers/google/models/sim-video/operations/0000000000000000");
    }
}
