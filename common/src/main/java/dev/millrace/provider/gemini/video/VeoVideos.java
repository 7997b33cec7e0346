package dev.millrace.provider.gemini.video;

import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import dev.millrace.provider.Terms;
import dev.millrace.provider.VideoAdapter;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// Veo on the Gemini API, as a long-running operation. Its operations can be asked for by name alone: there is no list
/// of them to look a lost create up in.
final class VeoVideos implements VideoAdapter {

    static final Duration FIRST_POLL = Duration.ofSeconds(10);
    static final Terms TERMS =
            new Terms(CreateErrors.KNOWN_REJECTIONS, Terms.Lookup.NONE, Terms.FailedRenders.FILTERED_ARE_FREE);
    private static final String VERSION = "v1beta";
    private static final OperationShape SHAPE = new OperationShape();

    private final VeoRequest requests;
    private final PaidCreate create;
    private final Render render;

    VeoVideos(OutboundHttp http, OutboundHttp foreignHttp) {
        this.requests = new VeoRequest(false, new Pictures(foreignHttp));
        this.create = new PaidCreate(http, "name", Paths.OPERATION, FIRST_POLL);
        this.render = new Render(http, foreignHttp);
    }

    /// The address of a path below the version that the provider is configured for.
    static URI at(Target target, String path) {
        return target.at("/" + Paths.segment(target.traits().version().orElse(VERSION)) + path);
    }

    @Override
    public Terms terms(String model) {
        return TERMS;
    }

    @Override
    public int usualSeconds(String model, String size) {
        return VeoRequest.usualSeconds(Wish.resolution(size));
    }

    @Override
    public ProviderOutcome create(
            Target target, byte[] request, Set<String> mayDrop, Predicate<List<String>> mayStillStart) {
        try {
            var wish = requests.wish(request, target, mayDrop);
            var body = requests.of(wish);
            var uri = at(target, "/models/" + Paths.model(target.model()) + ":predictLongRunning");
            return create.send(target, uri, Pass.byKey(target), body, wish.dropped(), mayStillStart);
        } catch (Wish.UnfitException unfit) {
            return unfit.unfit();
        }
    }

    @Override
    public Lookup lookUp(Target target, byte[] request, Instant notBefore) {
        return new Lookup.Unsupported("The Gemini API has no list of Veo's operations");
    }

    @Override
    public Poll poll(Target target, String operationId) {
        if (!Paths.OPERATION.matcher(operationId).matches()) {
            return new Poll.NotFound();
        }
        var pass = Pass.byKey(target);
        return render.poll(Told.get(target, operation(target, operationId), pass), pass, SHAPE);
    }

    @Override
    public Fetch fetch(Target target, String operationId, Sink sink) {
        if (!Paths.OPERATION.matcher(operationId).matches()) {
            return new Fetch.Gone("An operation of another format");
        }
        var pass = Pass.byKey(target);
        return render.fetch(Told.get(target, operation(target, operationId), pass), target, pass, SHAPE, sink);
    }

    private static URI operation(Target target, String operationId) {
        return at(target, "/" + Paths.segments(operationId));
    }
}
