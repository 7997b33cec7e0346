package dev.millrace.provider.openai;

import dev.millrace.http.LiveCall;
import dev.millrace.http.Opened;
import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.Reply;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.NoAnswer;
import dev.millrace.provider.Patience;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Quirk;
import dev.millrace.provider.Target;
import dev.millrace.provider.TranslatedStream;
import dev.millrace.provider.WireJson;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `POST /chat/completions` of an OpenAI-compatible endpoint.
public final class OpenAiChat implements ChatAdapter {

    private static final String PATH = "/chat/completions";

    private final OutboundHttp http;
    private final JsonMapper json;

    public OpenAiChat(OutboundHttp http, JsonMapper json) {
        this.http = http;
        this.json = WireJson.of(json);
    }

    @Override
    public ProviderOutcome complete(Target target, ChatCall call) {
        var request = OpenAiRequest.of(json, target, call, false);
        if (request.unfit().isPresent()) {
            return request.unfit().get();
        }
        var reply = http.send(outbound(target, call, request));
        return switch (reply) {
            case Reply.Answered answer -> answered(answer, target, call, request);
            case Reply.Unanswered unanswered -> NoAnswer.toRepeatable(unanswered);
        };
    }

    private static OutboundCall outbound(Target target, ChatCall call, OpenAiRequest request) {
        return OpenAiCalls.post(target, PATH, request.body(), call.lastCheck(request.dropped()));
    }

    private ProviderOutcome answered(Reply.Answered answer, Target target, ChatCall call, OpenAiRequest request) {
        if (answer.status() != 200) {
            return Errors.outcome(json, answer, target);
        }
        JsonNode body;
        try {
            body = json.readTree(answer.body());
        } catch (JacksonException noJson) {
            return Errors.malformed("The provider's answer is no JSON", answer);
        }
        if (!(body instanceof ObjectNode object)) {
            return Errors.malformed("The provider's answer is no JSON object", answer);
        }
        if (object.hasNonNull("error")) {
            return Errors.meaning(object.path("error"), answer, target)
                    .orElseGet(() -> Errors.malformed("The provider answered 200 with an error", answer));
        }
        OpenAiAnswer.putRight(object.path("choices"));
        return OpenAiAnswer.fault(object.path("choices"), request.asked().fewest(target))
                .map(fault -> Errors.malformed(fault, answer))
                .orElseGet(() -> success(object, answer, call, request));
    }

    private ProviderOutcome success(ObjectNode body, Reply.Answered answer, ChatCall call, OpenAiRequest request) {
        body.remove("error");
        OpenAiAnswer.name(body);
        body.put("model", call.model());
        var told = OpenAiUsage.read(body.path("usage"));
        var usage = told.orElseGet(() -> request.asked().guess(OpenAiAnswer.characters(body.path("choices"))));
        if (told.isPresent() && body.path("usage") instanceof ObjectNode object) {
            OpenAiUsage.fill(object, usage);
        } else {
            body.set("usage", json.readTree(usage.json()));
        }
        return new ProviderOutcome.Succeeded(new ProviderOutcome.Answer(
                WireJson.bytes(json, body),
                Optional.of(usage),
                answer.status(),
                answer.header("x-request-id"),
                request.dropped()));
    }

    @Override
    public Opening open(Target target, ChatCall call, Patience patience) {
        var request = OpenAiRequest.of(json, target, call, true);
        if (request.unfit().isPresent()) {
            return new Opening.Failed(request.unfit().get());
        }
        return switch (http.open(outbound(target, call, request), patience.connect(), patience.firstToken())) {
            case Opened.Failed(var reply) -> new Opening.Failed(NoAnswer.toRepeatable(reply));
            case Opened.Live(var live)
            when live.status() == 200 && streams(live) ->
                new Opening.Streaming(stream(live, target, call, patience, request));
            case Opened.Live(var live) -> new Opening.Failed(noStream(live, target));
        };
    }

    private TranslatedStream stream(
            LiveCall live, Target target, ChatCall call, Patience patience, OpenAiRequest request) {
        var translator = new ChunkTranslator(
                json,
                call,
                request.asked(),
                live.head(),
                target,
                target.traits().has(Quirk.NO_DONE));
        return new TranslatedStream(live, patience, translator, live.head().header("x-request-id"), request.dropped());
    }

    /// Some name no type at all, or one that is as good.
    private static boolean streams(LiveCall live) {
        var type =
                live.head().header("content-type").orElse("text/event-stream").toLowerCase(Locale.ROOT);
        return type.startsWith("text/event-stream") || type.startsWith("text/plain");
    }

    private ProviderOutcome noStream(LiveCall live, Target target) {
        return switch (live.whole()) {
            case Reply.Answered answer when answer.status() != 200 -> Errors.outcome(json, answer, target);
            case Reply.Answered answer ->
                Optional.ofNullable(Errors.error(json, answer))
                        .flatMap(error -> Errors.meaning(error, answer, target))
                        .orElseGet(() -> Errors.malformed("The provider answered with no stream", answer));
            case Reply.Unanswered unanswered -> NoAnswer.toRepeatable(unanswered);
        };
    }
}
