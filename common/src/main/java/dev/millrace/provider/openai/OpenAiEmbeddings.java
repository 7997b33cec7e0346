package dev.millrace.provider.openai;

import dev.millrace.http.OutboundHttp;
import dev.millrace.http.Reply;
import dev.millrace.provider.EmbeddingAdapter;
import dev.millrace.provider.NoAnswer;
import dev.millrace.provider.Parameters;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import dev.millrace.provider.Usage;
import dev.millrace.provider.UsageGuess;
import dev.millrace.provider.WireJson;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `POST /embeddings` of an OpenAI-compatible endpoint. The vectors are passed on as they come, in the encoding that
/// was asked for.
public final class OpenAiEmbeddings implements EmbeddingAdapter {

    /// Two thousand vectors of three thousand numbers each, as base64.
    private static final int MOST_BYTES = 64 * 1024 * 1024;

    private final OutboundHttp http;
    private final JsonMapper json;

    public OpenAiEmbeddings(OutboundHttp http, JsonMapper json) {
        this.http = http;
        this.json = WireJson.of(json);
    }

    @Override
    public ProviderOutcome embed(Target target, byte[] request, String publicModel, Set<String> mayDrop) {
        var body = (ObjectNode) json.readTree(request);
        int members = body.size();
        var parameters = Parameters.settle(body, target.traits().refuses(), mayDrop);
        if (parameters.unfit().isPresent()) {
            return parameters.unfit().get();
        }
        boolean asItCame = body.size() == members
                && target.model().equals(body.path("model").asString(""));
        var sent = asItCame ? request : WireJson.bytes(json, body.put("model", target.model()));
        var reply = http.send(OpenAiCalls.post(target, "/embeddings", sent, MOST_BYTES));
        return switch (reply) {
            case Reply.Answered answer
            when answer.status() == 200 -> read(answer, target, body, publicModel, parameters.dropped());
            case Reply.Answered answer -> Errors.outcome(json, answer, target);
            case Reply.Unanswered unanswered -> NoAnswer.toRepeatable(unanswered);
        };
    }

    private ProviderOutcome read(
            Reply.Answered answer, Target target, JsonNode request, String publicModel, List<String> dropped) {
        EmbeddingAnswer read;
        try {
            read = EmbeddingAnswer.read(json, answer.body());
        } catch (JacksonException noJson) {
            return Errors.malformed("The provider's answer is no JSON", answer);
        }
        if (read.error().isPresent()) {
            return Errors.meaning(read.error().get(), answer, target)
                    .orElseGet(() -> Errors.malformed("The provider answered 200 with an error", answer));
        }
        if (read.vectors() != inputs(request.path("input"))) {
            return Errors.malformed("The provider did not answer with one vector for each input", answer);
        }
        var usage = read.usage().orElseGet(() -> new Usage(UsageGuess.prompt(request), 0, 0, 0, true));
        return new ProviderOutcome.Succeeded(new ProviderOutcome.Answer(
                read.named(publicModel, usage),
                Optional.of(usage),
                answer.status(),
                answer.header("x-request-id"),
                dropped));
    }

    /// A text, several, the tokens of one, or those of several.
    private static int inputs(JsonNode input) {
        return input.isArray() && !input.path(0).isNumber() ? input.size() : 1;
    }
}
