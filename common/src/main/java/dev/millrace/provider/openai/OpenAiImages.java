package dev.millrace.provider.openai;

import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.Reply;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ImageAdapter;
import dev.millrace.provider.NoAnswer;
import dev.millrace.provider.Parameters;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import dev.millrace.provider.Terms;
import dev.millrace.provider.Usage;
import dev.millrace.provider.WireJson;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `POST /images/generations` of an OpenAI-compatible endpoint. A picture is paid for when it is made, so only a known
/// rejection says that none was.
public final class OpenAiImages implements ImageAdapter {

    /// Ten pictures in base64.
    private static final int MOST_BYTES = 64 * 1024 * 1024;

    private final OutboundHttp http;
    private final JsonMapper json;

    public OpenAiImages(OutboundHttp http, JsonMapper json) {
        this.http = http;
        this.json = WireJson.of(json);
    }

    @Override
    public Terms terms(String model) {
        return new Terms(Errors.KNOWN_REJECTIONS, Terms.Lookup.NONE, Terms.FailedRenders.UNTOLD);
    }

    @Override
    public ProviderOutcome generate(Target target, byte[] request, Set<String> mayDrop) {
        var body = (ObjectNode) json.readTree(request);
        if (body.path("stream").asBoolean(false)) {
            return new ProviderOutcome.Unfit("stream", "Images are not streamed.");
        }
        var droppable = new HashSet<>(mayDrop);
        droppable.remove("n");
        var parameters = Parameters.settle(body, target.traits().refuses(), droppable);
        if (parameters.unfit().isPresent()) {
            return parameters.unfit().get();
        }
        body.put("model", target.model());
        return judged(http.send(outbound(target, WireJson.bytes(json, body))), target, parameters.dropped());
    }

    /// Not on a pooled connection, whose silent end could not be told from a lost answer.
    private static OutboundCall outbound(Target target, byte[] body) {
        return new OutboundCall(
                        "POST",
                        target.at("/images/generations"),
                        OpenAiCalls.headers(target),
                        Optional.of(new OutboundCall.Body(body, "application/json")),
                        target.deadline(),
                        true,
                        () -> true,
                        MOST_BYTES)
                .connecting(target.connect());
    }

    private ProviderOutcome judged(Reply reply, Target target, List<String> dropped) {
        return switch (reply) {
            case Reply.Answered answer when answer.status() == 200 -> made(answer, dropped);
            case Reply.Answered answer
            when Errors.isKnownRejection(answer.status()) -> Errors.outcome(json, answer, target);
            case Reply.Answered answer ->
                unknown("provider_error", "Status " + answer.status() + " does not say whether it was made", answer);
            case Reply.Unanswered unanswered -> NoAnswer.toPaid(unanswered);
        };
    }

    private ProviderOutcome made(Reply.Answered answer, List<String> dropped) {
        JsonNode body;
        try {
            body = json.readTree(answer.body());
        } catch (JacksonException noJson) {
            return unknown("malformed_answer", "The provider's answer is no JSON", answer);
        }
        if (body.hasNonNull("error") || !pictures(body.path("data"))) {
            return unknown("malformed_answer", "The provider's answer has no picture", answer);
        }
        return new ProviderOutcome.Succeeded(new ProviderOutcome.Answer(
                answer.body(), usage(body.path("usage")), answer.status(), answer.header("x-request-id"), dropped));
    }

    private static boolean pictures(JsonNode data) {
        for (var picture : data) {
            if (picture.path("b64_json").asString("").isEmpty()
                    && picture.path("url").asString("").isEmpty()) {
                return false;
            }
        }
        return data.isArray() && !data.isEmpty();
    }

    private static Optional<Usage> usage(JsonNode usage) {
        return usage.path("input_tokens").isNumber()
                        && usage.path("output_tokens").isNumber()
                ? Optional.of(new Usage(
                        Math.max(0, usage.path("input_tokens").asLong(0)),
                        Math.max(0, usage.path("output_tokens").asLong(0)),
                        0,
                        0,
                        false))
                : Optional.empty();
    }

    private static ProviderOutcome unknown(String kind, String message, Reply.Answered answer) {
        return new ProviderOutcome.Indeterminate(Errors.failure(Scope.PROVIDER, kind, null, message, answer));
    }
}
