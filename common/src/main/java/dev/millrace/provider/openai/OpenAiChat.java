package dev.millrace.provider.openai;

import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.Reply;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Patience;
import dev.millrace.provider.Target;
import dev.millrace.provider.Usage;
import dev.millrace.provider.WireJson;
import java.util.List;
import java.util.Optional;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicHeader;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `POST /chat/completions` of an OpenAI-compatible endpoint, not streamed. An answer counts only if it is whole: a
/// choice, a finish reason for each, and something said.
public final class OpenAiChat implements ChatAdapter {

    private static final int MOST_BYTES = 16 * 1024 * 1024;

    private final OutboundHttp http;
    private final JsonMapper json;

    public OpenAiChat(OutboundHttp http, JsonMapper json) {
        this.http = http;
        this.json = WireJson.of(json);
    }

    @Override
    public ProviderOutcome complete(Target target, ChatCall call) {
        var publicModel = call.model();
        var body = target.model().equals(publicModel) ? call.request() : renamed(call.request(), target.model());
        var reply = http.send(new OutboundCall(
                "POST",
                target.at("/chat/completions"),
                headers(target),
                Optional.of(new OutboundCall.Body(body, "application/json")),
                target.deadline(),
                false,
                () -> true,
                MOST_BYTES));
        return switch (reply) {
            case Reply.Answered answer when answer.status() == 200 -> success(answer, publicModel);
            case Reply.Answered answer -> Errors.outcome(json, answer, target.key());
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

    static List<Header> headers(Target target) {
        return List.of(
                new BasicHeader(
                        "Authorization", "Bearer " + target.key().secret().reveal()),
                new BasicHeader("Accept", "application/json"));
    }

    private byte[] renamed(byte[] request, String model) {
        var body = (ObjectNode) json.readTree(request);
        body.put("model", model);
        return json.writeValueAsBytes(body);
    }

    private ProviderOutcome success(Reply.Answered answer, String publicModel) {
        JsonNode body;
        try {
            body = json.readTree(answer.body());
        } catch (JacksonException noJson) {
            return malformed(answer, "The provider's answer is no JSON");
        }
        if (!(body instanceof ObjectNode object)) {
            return malformed(answer, "The provider's answer is no JSON object");
        }
        if (object.hasNonNull("error")) {
            return malformed(answer, "The provider answered 200 with an error");
        }
        var fault = faultOfChoices(object.path("choices"));
        if (fault.isPresent()) {
            return malformed(answer, fault.get());
        }
        object.remove("error");
        object.put("model", publicModel);
        return new ProviderOutcome.Succeeded(new ProviderOutcome.Answer(
                json.writeValueAsBytes(object),
                usage(object.path("usage")),
                answer.status(),
                answer.header("x-request-id"),
                List.of()));
    }

    private static Optional<Usage> usage(JsonNode usage) {
        if (!usage.isObject()) {
            return Optional.empty();
        }
        return Optional.of(new Usage(
                usage.path("prompt_tokens").asLong(0),
                usage.path("completion_tokens").asLong(0),
                usage.path("prompt_tokens_details").path("cached_tokens").asLong(0),
                usage.path("completion_tokens_details").path("reasoning_tokens").asLong(0),
                false));
    }

    private static Optional<String> faultOfChoices(JsonNode choices) {
        if (!choices.isArray() || choices.isEmpty()) {
            return Optional.of("The provider's answer has no choices");
        }
        for (var choice : choices) {
            if (!choice.path("finish_reason").isString()) {
                return Optional.of("A choice of the provider's answer has no finish reason");
            }
            var message = choice.path("message");
            boolean says = !message.path("content").asString("").isEmpty()
                    || !message.path("refusal").asString("").isEmpty()
                    || !message.path("tool_calls").isEmpty()
                    || message.path("function_call").isObject()
                    || message.path("audio").isObject();
            var finish = choice.path("finish_reason").asString();
            if (!says && !finish.equals("length") && !finish.equals("content_filter")) {
                return Optional.of("The provider's answer is empty");
            }
        }
        return Optional.empty();
    }

    private static ProviderOutcome malformed(Reply.Answered answer, String message) {
        return new ProviderOutcome.Retryable(Errors.failure(Scope.PROVIDER, "malformed_answer", null, message, answer));
    }
}
