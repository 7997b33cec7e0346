package dev.millrace.provider.gemini.video;

import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import dev.millrace.provider.Terms;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.provider.gemini.GeminiModel;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/// Videos on the Gemini API: models named `veo-…` as long-running operations, all others by interactions, which is how
/// the API makes videos since Veo left it.
public final class GeminiVideos implements VideoAdapter {

    private final VideoAdapter veo;
    private final VideoAdapter omni;

    /// @param foreignHttp for files on other hosts than the provider's own: guarded, and without its key
    public GeminiVideos(OutboundHttp http, OutboundHttp foreignHttp) {
        this.veo = new VeoVideos(http, foreignHttp);
        this.omni = new OmniVideos(http, foreignHttp);
    }

    private VideoAdapter of(String model) {
        return GeminiModel.bare(model).toLowerCase(Locale.ROOT).startsWith("veo-") ? veo : omni;
    }

    @Override
    public Terms terms(String model) {
        return of(model).terms(model);
    }

    @Override
    public int usualSeconds(String model, String size) {
        return of(model).usualSeconds(model, size);
    }

    @Override
    public ProviderOutcome create(
            Target target, byte[] request, Set<String> mayDrop, Predicate<List<String>> mayStillStart) {
        return of(target.model()).create(target, request, mayDrop, mayStillStart);
    }

    @Override
    public Lookup lookUp(Target target, byte[] request, Instant notBefore) {
        return of(target.model()).lookUp(target, request, notBefore);
    }

    @Override
    public Poll poll(Target target, String operationId) {
        return of(target.model()).poll(target, operationId);
    }

    @Override
    public void stop(Target target, String operationId) {
        of(target.model()).stop(target, operationId);
    }

    @Override
    public Fetch fetch(Target target, String operationId, Sink sink) {
        return of(target.model()).fetch(target, operationId, sink);
    }
}
