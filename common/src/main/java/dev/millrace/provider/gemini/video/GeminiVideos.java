package dev.millrace.provider.gemini.video;

import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import dev.millrace.provider.VideoAdapter;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/// Videos on the Gemini API.
public final class GeminiVideos implements VideoAdapter {

    private final VideoAdapter veo;

    /// @param foreignHttp for files on other hosts than the provider's own: guarded, and without its key
    public GeminiVideos(OutboundHttp http, OutboundHttp foreignHttp) {
        this.veo = new VeoVideos(http, foreignHttp);
    }

    @Override
    public ProviderOutcome create(Target target, byte[] request, BooleanSupplier mayStillStart) {
        return veo.create(target, request, mayStillStart);
    }

    @Override
    public Lookup lookUp(Target target, byte[] request, Instant notBefore) {
        return veo.lookUp(target, request, notBefore);
    }

    @Override
    public Poll poll(Target target, String operationId) {
        return veo.poll(target, operationId);
    }

    @Override
    public Fetch fetch(Target target, String operationId, Sink sink) {
        return veo.fetch(target, operationId, sink);
    }
}
