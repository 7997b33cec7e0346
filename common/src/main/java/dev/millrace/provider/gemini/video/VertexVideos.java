package dev.millrace.provider.gemini.video;

import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import dev.millrace.provider.Terms;
import dev.millrace.provider.VideoAdapter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/// Veo on Vertex AI: the same request as on the Gemini API, under the project and location that the base URL ends with,
/// such as `https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1`. The finished video
/// stands in the answer to a poll.
public final class VertexVideos implements VideoAdapter {

    private static final OperationShape SHAPE = new OperationShape();
    private static final Pattern MODEL = Pattern.compile("(?:.*/)?models/([^/]+)/operations/[^/]+");

    private final ServiceTokens tokens;
    private final VeoRequest requests;
    private final PaidCreate create;
    private final Render render;

    /// @param foreignHttp for addresses that an answer names: guarded, and without a token
    public VertexVideos(OutboundHttp http, OutboundHttp foreignHttp, Clock clock) {
        this.tokens = new ServiceTokens(http, clock);
        this.requests = new VeoRequest(true, new Pictures(foreignHttp));
        this.create = new PaidCreate(http, "name", Paths.OPERATION, VeoVideos.FIRST_POLL);
        this.render = new Render(http, foreignHttp);
    }

    @Override
    public Terms terms(String model) {
        return VeoVideos.TERMS;
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
            return switch (tokens.pass(target)) {
                case Pass.Refused(var outcome, var reason) -> outcome;
                case Pass.Granted pass -> {
                    var uri = target.at(path(target.model(), "predictLongRunning"));
                    yield create.send(target, uri, pass, body, wish.dropped(), mayStillStart);
                }
            };
        } catch (Wish.UnfitException unfit) {
            return unfit.unfit();
        }
    }

    private static String path(String model, String method) {
        return "/publishers/google/models/" + Paths.model(model) + ":" + method;
    }

    @Override
    public Lookup lookUp(Target target, byte[] request, Instant notBefore) {
        return new Lookup.Unsupported("Vertex AI has no list of Veo's operations");
    }

    @Override
    public Poll poll(Target target, String operationId) {
        var model = model(operationId);
        if (model.isEmpty()) {
            return new Poll.NotFound();
        }
        return switch (tokens.pass(target)) {
            case Pass.Refused(var outcome, var reason) -> new Poll.Unknown(reason);
            case Pass.Granted pass -> render.poll(question(target, model.get(), operationId, pass), pass, SHAPE);
        };
    }

    @Override
    public Fetch fetch(Target target, String operationId, Sink sink) {
        var model = model(operationId);
        if (model.isEmpty()) {
            return new Fetch.Gone("An operation of another format");
        }
        return switch (tokens.pass(target)) {
            case Pass.Refused(var outcome, var reason) -> new Fetch.Failed(reason);
            case Pass.Granted pass ->
                render.fetch(question(target, model.get(), operationId, pass), target, pass, SHAPE, sink);
        };
    }

    private static Optional<String> model(String operationId) {
        var model = MODEL.matcher(operationId);
        return Paths.OPERATION.matcher(operationId).matches() && model.matches()
                ? Optional.of(model.group(1))
                : Optional.empty();
    }

    private static OutboundCall question(Target target, String model, String operationId, Pass.Granted pass) {
        var body = JsonMapper.shared()
                .createObjectNode()
                .put("operationName", operationId)
                .toString();
        return Told.post(
                target, target.at(path(model, "fetchPredictOperation")), pass, body.getBytes(StandardCharsets.UTF_8));
    }
}
