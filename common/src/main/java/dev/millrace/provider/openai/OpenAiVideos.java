package dev.millrace.provider.openai;

import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.Reply;
import dev.millrace.provider.ErrorWords;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.NoAnswer;
import dev.millrace.provider.Parameters;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Quirk;
import dev.millrace.provider.Target;
import dev.millrace.provider.Terms;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.provider.VideoDownload;
import dev.millrace.provider.WireJson;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.message.BasicHeader;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `/videos` of an OpenAI-compatible endpoint. The wire format has no idempotency key; what it has for looking up a
/// create whose answer was lost is its list.
public final class OpenAiVideos implements VideoAdapter {

    static final Pattern OPERATION_ID = Pattern.compile("[A-Za-z0-9._~:-]{1,256}");
    private static final Duration FIRST_POLL = Duration.ofSeconds(1);
    private static final int MOST_BYTES = 4 * 1024 * 1024;

    private final OutboundHttp http;
    private final VideoDownload download;
    private final VideoLookup lookup;
    private final JsonMapper json;

    /// @param foreignHttp for files on other hosts than the provider's own: guarded, and without its key
    public OpenAiVideos(OutboundHttp http, OutboundHttp foreignHttp, JsonMapper json) {
        this.http = http;
        this.download = new VideoDownload(http, foreignHttp);
        this.json = WireJson.of(json);
        this.lookup = new VideoLookup(http, this.json);
    }

    @Override
    public Terms terms(String model) {
        return new Terms(Errors.KNOWN_REJECTIONS, Terms.Lookup.LIST, Terms.FailedRenders.UNTOLD);
    }

    /// A request goes out as it is, so the wire format decides.
    @Override
    public int usualSeconds(String model, String size) {
        return USUAL_SECONDS;
    }

    @Override
    public ProviderOutcome create(
            Target target, byte[] request, Set<String> mayDrop, Predicate<List<String>> mayStillStart) {
        var body = (ObjectNode) json.readTree(request);
        var droppable = new HashSet<>(mayDrop);
        droppable.removeAll(ESSENTIALS);
        var parameters = Parameters.settle(body, target.traits().refuses(), droppable);
        if (parameters.unfit().isPresent()) {
            return parameters.unfit().get();
        }
        body.put("model", target.model());
        boolean asForm = target.traits().has(Quirk.FORM_VIDEOS);
        var misfit = asForm ? VideoForm.misfit(body) : Optional.<String>empty();
        if (misfit.isPresent()) {
            return new ProviderOutcome.Unfit(misfit.get(), "This provider takes forms, which have no such field");
        }
        var content =
                asForm ? VideoForm.of(body) : new OutboundCall.Body(json.writeValueAsBytes(body), "application/json");
        var reply = http.send(new OutboundCall(
                        "POST",
                        target.at("/videos"),
                        OpenAiCalls.headers(target),
                        Optional.of(content),
                        target.deadline(),
                        true,
                        () -> mayStillStart.test(parameters.dropped()),
                        MOST_BYTES)
                .connecting(target.connect()));
        return switch (reply) {
            case Reply.Answered answer when answer.status() / 100 == 2 -> created(answer, parameters.dropped());
            case Reply.Answered answer
            when Errors.isKnownRejection(answer.status()) -> Errors.outcome(json, answer, target);
            case Reply.Answered answer ->
                new ProviderOutcome.Indeterminate(Errors.failure(
                        Scope.PROVIDER,
                        "provider_error",
                        null,
                        "Status " + answer.status() + " does not say whether the render was made",
                        answer));
            case Reply.Unanswered unanswered -> NoAnswer.toPaid(unanswered);
        };
    }

    private ProviderOutcome created(Reply.Answered answer, List<String> dropped) {
        try {
            var id = json.readTree(answer.body()).path("id");
            if (id.isString() && OPERATION_ID.matcher(id.stringValue()).matches()) {
                return new ProviderOutcome.Accepted(
                        id.stringValue(),
                        pollAfter(answer).orElse(FIRST_POLL),
                        Optional.of(answer.status()),
                        answer.header("x-request-id"),
                        dropped);
            }
        } catch (JacksonException unreadable) {
            // Falls through: a 2xx that can't be read tells as little as no answer.
        }
        return new ProviderOutcome.Indeterminate(Errors.failure(
                Scope.PROVIDER, "malformed_answer", null, "The answer to the create can't be read", answer));
    }

    private static Optional<Duration> pollAfter(Reply.Answered answer) {
        return answer.header("openai-poll-after-ms")
                .filter(value -> value.matches("\\d{1,7}"))
                .map(value -> Duration.ofMillis(Long.parseLong(value)));
    }

    @Override
    public Lookup lookUp(Target target, byte[] request, Instant notBefore) {
        return lookup.lookUp(target, request, notBefore);
    }

    @Override
    public Poll poll(Target target, String operationId) {
        var reply = http.send(get(target, target.at("/videos/" + encoded(operationId))));
        if (!(reply instanceof Reply.Answered answer)) {
            return new Poll.Unknown(reply.toString());
        }
        if (answer.status() == 404) {
            return new Poll.NotFound();
        }
        if (answer.status() == 429) {
            return new Poll.RateLimited(answer.retryAfter());
        }
        if (answer.status() != 200) {
            return new Poll.Unknown("Status " + answer.status());
        }
        try {
            return read(json.readTree(answer.body()), answer, target);
        } catch (JacksonException noJson) {
            return new Poll.Unknown("The provider's answer is no JSON");
        }
    }

    private static Poll read(JsonNode video, Reply.Answered answer, Target target) {
        return switch (video.path("status").asString("")) {
            case "queued", "in_progress" ->
                new Poll.Rendering(Math.clamp(video.path("progress").asInt(0), 0, 99), pollAfter(answer));
            case "completed" -> new Poll.Completed();
            case "failed" ->
                new Poll.Failed(
                        ErrorWords.code(video.path("error").path("code").asString("render_failed"), target.key()),
                        ErrorWords.message(
                                video.path("error")
                                        .path("message")
                                        .asString("The provider says that the render failed."),
                                target.key()),
                        cause(video.path("error")));
            default -> new Poll.Unknown("A status that nobody knows");
        };
    }

    /// The format has no list of codes. One that is not known to be the provider's own trouble may be a filter's, and
    /// what was refused is not asked for again.
    private static Poll.Cause cause(JsonNode error) {
        return ErrorMeaning.status(error).orElse(0) >= 500 ? Poll.Cause.PASSING : Poll.Cause.LASTING;
    }

    @Override
    public Fetch fetch(Target target, String operationId, Sink sink) {
        return download.fetch(
                target,
                target.at("/videos/" + encoded(operationId) + "/content"),
                List.of(new BasicHeader(
                        "Authorization", "Bearer " + target.key().secret().reveal())),
                "application/binary",
                sink);
    }

    static OutboundCall get(Target target, URI uri) {
        return OutboundCall.get(uri, OpenAiCalls.headers(target), target.deadline(), MOST_BYTES)
                .connecting(target.connect());
    }

    private static String encoded(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
