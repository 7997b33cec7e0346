package dev.millrace.provider.gemini.video;

import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import dev.millrace.provider.Terms;
import dev.millrace.provider.VideoAdapter;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Omni by the Interactions API, in the background. An interaction can be asked for by its id alone.
final class OmniVideos implements VideoAdapter {

    private static final Pattern ID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._~:=+-]{1,512}");
    private static final byte[] NOTHING = {'{', '}'};
    private static final InteractionShape SHAPE = new InteractionShape();

    private static final Terms TERMS =
            new Terms(CreateErrors.KNOWN_REJECTIONS, Terms.Lookup.NONE, Terms.FailedRenders.UNTOLD);

    private final OmniRequest requests;
    private final PaidCreate create;
    private final Render render;

    OmniVideos(OutboundHttp http, OutboundHttp foreignHttp) {
        this.requests = new OmniRequest(new Pictures(foreignHttp));
        this.create = new PaidCreate(http, "id", ID, VeoVideos.FIRST_POLL);
        this.render = new Render(http, foreignHttp);
    }

    @Override
    public Terms terms(String model) {
        return TERMS;
    }

    @Override
    public int usualSeconds(String model, String size) {
        return USUAL_SECONDS;
    }

    @Override
    public ProviderOutcome create(
            Target target, byte[] request, Set<String> mayDrop, Predicate<List<String>> mayStillStart) {
        try {
            var wish = requests.wish(request, target, mayDrop);
            var body = requests.of(wish, target);
            var uri = VeoVideos.at(target, "/interactions");
            return create.send(target, uri, Pass.byKey(target), body, wish.dropped(), mayStillStart);
        } catch (Wish.UnfitException unfit) {
            return unfit.unfit();
        }
    }

    @Override
    public Lookup lookUp(Target target, byte[] request, Instant notBefore) {
        return new Lookup.Unsupported("The Gemini API has no list of interactions");
    }

    @Override
    public Poll poll(Target target, String operationId) {
        if (!ID.matcher(operationId).matches()) {
            return new Poll.NotFound();
        }
        var pass = Pass.byKey(target);
        return render.poll(Told.get(target, interaction(target, operationId), pass), pass, SHAPE);
    }

    @Override
    public void stop(Target target, String operationId) {
        if (ID.matcher(operationId).matches()) {
            render.stop(Told.post(
                    target,
                    VeoVideos.at(target, "/interactions/" + Paths.segment(operationId) + "/cancel"),
                    Pass.byKey(target),
                    NOTHING));
        }
    }

    @Override
    public Fetch fetch(Target target, String operationId, Sink sink) {
        if (!ID.matcher(operationId).matches()) {
            return new Fetch.Gone("An operation of another format");
        }
        var pass = Pass.byKey(target);
        return render.fetch(Told.get(target, interaction(target, operationId), pass), target, pass, SHAPE, sink);
    }

    private static URI interaction(Target target, String id) {
        return VeoVideos.at(target, "/interactions/" + Paths.segment(id));
    }
}
