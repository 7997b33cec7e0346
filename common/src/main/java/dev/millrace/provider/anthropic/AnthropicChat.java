package dev.millrace.provider.anthropic;

import dev.millrace.http.LiveCall;
import dev.millrace.http.Opened;
import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.Reply;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ChatStream;
import dev.millrace.provider.NoAnswer;
import dev.millrace.provider.Patience;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import dev.millrace.provider.TranslatedStream;
import dev.millrace.provider.WireJson;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `POST /v1/messages`, behind the contract of OpenAI's chat completions.
public final class AnthropicChat implements ChatAdapter {

    private static final int MOST_BYTES = 16 * 1024 * 1024;

    private final OutboundHttp http;
    private final JsonMapper json;

    /// What is kept of a request while its answer is awaited.
    private record Leaving(OutboundCall call, List<String> dropped) {}

    public AnthropicChat(OutboundHttp http, JsonMapper json) {
        this.http = http;
        this.json = WireJson.of(json);
    }

    @Override
    public ProviderOutcome complete(Target target, ChatCall call) {
        Leaving leaving;
        try {
            leaving = leaving(target, call, false, "application/json");
        } catch (UnfitException unfit) {
            return unfit.outcome();
        }
        var reply = http.send(leaving.call);
        return reply instanceof Reply.Answered answer && answer.status() == 200
                ? success(target, call, leaving, answer)
                : failed(target, reply);
    }

    @Override
    public Opening open(Target target, ChatCall call, Patience patience) {
        Leaving leaving;
        try {
            leaving = leaving(target, call, true, "text/event-stream");
        } catch (UnfitException unfit) {
            return new Opening.Failed(unfit.outcome());
        }
        return switch (http.open(leaving.call, patience.connect(), patience.firstToken())) {
            case Opened.Failed(var reply) -> new Opening.Failed(failed(target, reply));
            case Opened.Live(var live)
            when isStream(live) -> new Opening.Streaming(stream(target, call, leaving, live, patience));
            case Opened.Live(var live) -> new Opening.Failed(failed(target, live.whole()));
        };
    }

    /// Something else than events is read as one piece, to be understood. Without a type it may be either.
    private static boolean isStream(LiveCall live) {
        return live.status() == 200
                && live.head()
                        .header("content-type")
                        .orElse("text/event-stream")
                        .toLowerCase(Locale.ROOT)
                        .startsWith("text/event-stream");
    }

    private ChatStream stream(Target target, ChatCall call, Leaving leaving, LiveCall live, Patience patience) {
        var requestId = live.head().header("request-id");
        var errors = new MessageErrors(json, target);
        return new TranslatedStream(
                live,
                patience,
                new MessageEvents(json, call, errors, live.status(), requestId),
                requestId,
                leaving.dropped);
    }

    /// What a reply comes to that is no answer to this call.
    private ProviderOutcome failed(Target target, Reply reply) {
        return switch (reply) {
            case Reply.Answered answer -> new MessageErrors(json, target).outcome(answer);
            case Reply.Unanswered unanswered -> NoAnswer.toRepeatable(unanswered);
        };
    }

    private Leaving leaving(Target target, ChatCall call, boolean stream, String accept) throws UnfitException {
        var version = ApiVersion.of(target);
        var request = MessagesRequest.of(json, target, call, version, stream);
        var outbound = new OutboundCall(
                        "POST",
                        target.at("/v1/messages"),
                        version.headers(target, accept),
                        Optional.of(new OutboundCall.Body(WireJson.bytes(json, request.body()), "application/json")),
                        target.deadline(),
                        false,
                        call.lastCheck(request.dropped()),
                        MOST_BYTES)
                .connecting(target.connect());
        return new Leaving(outbound, request.dropped());
    }

    private ProviderOutcome success(Target target, ChatCall call, Leaving leaving, Reply.Answered answer) {
        var requestId = answer.header("request-id");
        var errors = new MessageErrors(json, target);
        JsonNode message;
        try {
            message = json.readTree(answer.body());
        } catch (JacksonException noJson) {
            return errors.malformed("The provider's answer is no JSON", answer.status(), requestId);
        }
        if (message.path("error").isObject()) {
            return errors.outcome(answer);
        }
        var fault = MessageAnswer.fault(message);
        if (fault.isPresent()) {
            return errors.malformed(fault.get(), answer.status(), requestId);
        }
        var completion = MessageAnswer.of(json, message, call);
        return new ProviderOutcome.Succeeded(new ProviderOutcome.Answer(
                WireJson.bytes(json, completion.body()),
                Optional.of(completion.usage()),
                answer.status(),
                requestId,
                leaving.dropped));
    }
}
