package dev.millrace.provider.gemini.video;

import dev.millrace.access.Secret;
import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.Format;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.RenderFormat;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.simulator.SimulatorServer;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;

/// Veo as Vertex AI has it.
final class VertexFormat implements Format {

    static final String LOCATION = "/v1/projects/p1/locations/us-central1";

    @Override
    public ChatAdapter chat(OutboundHttp http) {
        throw new UnsupportedOperationException("This format is tested for its videos");
    }

    @Override
    public Optional<VideoAdapter> video(OutboundHttp http, OutboundHttp foreignHttp) {
        return Optional.of(new VertexVideos(http, foreignHttp, Clock.systemUTC()));
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
    public boolean hasList() {
        return false;
    }

    @Override
    public RenderFormat renders() {
        return new RenderFormat(
                false,
                false,
                false,
                true,
                false,
                400,
                "content_refused",
                "projects/p1/locations/us-central1/publishers/google/models/sim-video/operations/0000000000000000",
                operation -> operation.substring(operation.lastIndexOf('/') + 1));
    }
}
