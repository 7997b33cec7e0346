package dev.millrace.provider.gemini.video;

import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.Format;
import dev.millrace.provider.RenderFormat;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.simulator.SimulatorServer;
import java.net.URI;
import java.util.Optional;

/// Veo as the Gemini API has it.
final class VeoFormat implements Format {

    @Override
    public ChatAdapter chat(OutboundHttp http) {
        throw new UnsupportedOperationException("This format is tested for its videos");
    }

    @Override
    public Optional<VideoAdapter> video(OutboundHttp http, OutboundHttp foreignHttp) {
        return Optional.of(new VeoVideos(http, foreignHttp));
    }

    @Override
    public URI baseUrl(SimulatorServer simulator, String provider) {
        return URI.create(simulator.providerUrl(provider));
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
                true,
                400,
                "content_refused",
                "models/sim-video/operations/0000000000000000",
                operation -> operation.substring(operation.lastIndexOf('/') + 1));
    }
}
