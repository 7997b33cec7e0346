package dev.millrace.provider.anthropic;

import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.Reply;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Patience;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import dev.millrace.provider.WireJson;
import java.time.Clock;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `POST /v1/messages`, behind the contract of OpenAI's chat completions.
public final class AnthropicChat implements ChatAdapter {

    private static final int MOST_BYTES = 16 * 1024 * 1024;

    private final OutboundHttp http;
    private final JsonMapper json;
    private final Clock clock;

    public AnthropicChat(OutboundHttp http, JsonMapper json, Clock clock) {
        this.http = http;
        this.json = WireJson.of(json);
        this.clock = clock;
    }

    @Override
    public ProviderOutcome complete(Target target, ChatCall call) {
        var version = ApiVersion.of(target);
        MessagesRequest request;
        try {
            request = MessagesRequest.of(json, target, call, version, false);
        } catch (UnfitException unfit) {
            return unfit.outcome();
        }
        var reply = http.send(outbound(target, version, request, "application/json"));
        return switch (reply) {
            case Reply.Answered answer when answer.status() == 200 -> success(target, call, request, answer);
            case Reply.Answered answer -> new MessageErrors(json, target).outcome(answer);
            case Reply.NotSent notSent ->
                new ProviderOutcome.Retryable(Failure.unanswered("unreachable", notSent.reason()));
            case Reply.Lost lost ->
                new ProviderOutcome.Retryable(
                        Failure.unanswered(lost.timeout() ? "timeout" : "connection_lost", lost.reason()));
            case Reply.Withheld withheld -> new ProviderOutcome.Withheld();
        };
    }

    @Override
    public Opening open(Target target, ChatCall call, Patience patience) {
        throw new UnsupportedOperationException("Streams are not built yet");
    }

    private OutboundCall outbound(Target target, ApiVersion version, MessagesRequest request, String accept) {
        return new OutboundCall(
                "POST",
                target.at("/v1/messages"),
                version.headers(target, accept),
                Optional.of(new OutboundCall.Body(json.writeValueAsBytes(request.body()), "application/json")),
                target.deadline(),
                false,
                () -> true,
                MOST_BYTES);
    }

    private ProviderOutcome success(Target target, ChatCall call, MessagesRequest request, Reply.Answered answer) {
        var requestId = answer.header("request-id");
        var errors = new MessageErrors(json, target);
        JsonNode message;
        try {
            message = json.readTree(answer.body());
        } catch (JacksonException noJson) {
            return errors.malformed("The provider's answer is no JSON", answer.status(), requestId);
        }
        var fault = MessageAnswer.fault(message);
        if (fault.isPresent()) {
            return errors.malformed(fault.get(), answer.status(), requestId);
        }
        var usage = MessageUsage.of(message.path("usage"));
        var completion = MessageAnswer.of(json, message, call.model(), clock.instant().getEpochSecond());
        usage.ifPresent(used -> completion.set("usage", used.json(json)));
        return new ProviderOutcome.Succeeded(new ProviderOutcome.Answer(
                json.writeValueAsBytes(completion),
                usage.map(MessageUsage::usage),
                answer.status(),
                requestId,
                request.dropped()));
    }
}
