package dev.millrace.provider.gemini;

import dev.millrace.http.Opened;
import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.Reply;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.NoAnswer;
import dev.millrace.provider.Patience;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import dev.millrace.provider.TranslatedStream;
import dev.millrace.provider.WireJson;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicHeader;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Google's generateContent behind the OpenAI chat contract, with an API key.
///
/// @see <a href="https://ai.google.dev/api/generate-content">Generating content</a>
public final class GeminiChat implements ChatAdapter {

    private static final int MOST_BYTES = 16 * 1024 * 1024;

    private final OutboundHttp http;
    private final JsonMapper json;
    private final Clock clock;

    public GeminiChat(OutboundHttp http, JsonMapper json, Clock clock) {
        this.http = http;
        this.json = WireJson.of(json);
        this.clock = clock;
    }

    @Override
    public ProviderOutcome complete(Target target, ChatCall call) {
        GeminiRequest request;
        try {
            request = GeminiRequest.of(json, call, target);
        } catch (UnfitException unfit) {
            return unfit.outcome();
        }
        var reply = http.send(outbound(target, call, "generateContent", request));
        return reply instanceof Reply.Answered answer && answer.status() == 200
                ? success(answer, target, call, request)
                : failure(reply, target);
    }

    @Override
    public Opening open(Target target, ChatCall call, Patience patience) {
        GeminiRequest request;
        try {
            request = GeminiRequest.of(json, call, target);
        } catch (UnfitException unfit) {
            return new Opening.Failed(unfit.outcome());
        }
        var outbound = outbound(target, call, "streamGenerateContent?alt=sse", request);
        var opened = http.open(outbound, patience.connect(), patience.firstToken());
        return switch (opened) {
            case Opened.Failed(var reply) -> new Opening.Failed(failure(reply, target));
            case Opened.Live(var live) when live.status() != 200 -> new Opening.Failed(failure(live.whole(), target));
            case Opened.Live(var live) ->
                new Opening.Streaming(new TranslatedStream(
                        live,
                        patience,
                        new GeminiEvents(json, target, call, request.asked()),
                        live.head().header("x-request-id"),
                        request.dropped()));
        };
    }

    private static OutboundCall outbound(Target target, ChatCall call, String method, GeminiRequest request) {
        return new OutboundCall(
                        "POST",
                        GeminiModel.method(target, method),
                        headers(target),
                        Optional.of(request.body()),
                        target.deadline(),
                        false,
                        call.lastCheck(request.dropped()),
                        MOST_BYTES)
                .connecting(target.connect());
    }

    private ProviderOutcome failure(Reply reply, Target target) {
        return switch (reply) {
            case Reply.Answered answer -> GeminiErrors.of(json, answer, target);
            case Reply.Unanswered unanswered -> NoAnswer.toRepeatable(unanswered);
        };
    }

    private static List<Header> headers(Target target) {
        return List.of(
                new BasicHeader("x-goog-api-key", target.key().secret().reveal()),
                new BasicHeader("Accept", "application/json"));
    }

    private ProviderOutcome success(Reply.Answered answer, Target target, ChatCall call, GeminiRequest request) {
        try {
            var response = response(answer);
            if (response.hasNonNull("error")) {
                return told(response.path("error"), answer, target);
            }
            var reader = new GeminiAnswer(json, GeminiModel.bare(target.model()));
            var choices = reader.choices(response);
            if (choices.size() < request.asked().fewest(target) && !GeminiAnswer.isBlocked(response)) {
                throw new SpoiltException("The provider gave fewer candidates than were wanted", Scope.PROVIDER);
            }
            var usage = GeminiUsage.of(response.path("usageMetadata"))
                    .orElseGet(() -> request.asked().guess(GeminiAnswer.characters(choices)));
            return new ProviderOutcome.Succeeded(new ProviderOutcome.Answer(
                    reader.completion(
                            response,
                            choices,
                            usage,
                            call.model(),
                            clock.instant().getEpochSecond()),
                    Optional.of(usage),
                    answer.status(),
                    requestId(answer, response),
                    request.dropped()));
        } catch (SpoiltException spoilt) {
            return spoilt.outcome(answer.header("x-request-id"));
        }
    }

    private JsonNode response(Reply.Answered answer) throws SpoiltException {
        JsonNode response;
        try {
            response = json.readTree(answer.body());
        } catch (JacksonException noJson) {
            throw new SpoiltException("The provider's answer is no JSON", Scope.PROVIDER);
        }
        if (!response.isObject()) {
            throw new SpoiltException("The provider's answer is no JSON object", Scope.PROVIDER);
        }
        return response;
    }

    /// An error in a body of status 200 means what it means with the status that it should have had. One of the
    /// server's own says no more than that this is no answer.
    private static ProviderOutcome told(JsonNode error, Reply.Answered answer, Target target) {
        var requestId = answer.header("x-request-id");
        int status = new GoogleError(error).status();
        return status >= 400 && status < 500
                ? GeminiErrors.inStream(error, target, requestId)
                : GeminiErrors.malformed(
                        Scope.PROVIDER, "The provider answered 200 with an error", answer.status(), requestId);
    }

    /// Google documents no header for it: the body's handle is the one that its support asks for.
    private static Optional<String> requestId(Reply.Answered answer, JsonNode response) {
        return answer.header("x-request-id")
                .or(() -> Optional.of(response.path("responseId").asString("")).filter(id -> !id.isEmpty()));
    }
}
