package dev.millrace.provider.gemini;

import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The logarithms of the tokens' probabilities: chosen ones and their rivals in two lists of the same length.
final class GeminiLogprobs {

    private GeminiLogprobs() {}

    /// @param result the `logprobsResult` of a candidate
    static ObjectNode of(JsonNode result) {
        var logprobs = JsonNodeFactory.instance.objectNode();
        var content = logprobs.putArray("content");
        var chosen = result.path("chosenCandidates");
        for (int i = 0; i < chosen.size(); i++) {
            var token = token(chosen.get(i));
            var rivals = token.putArray("top_logprobs");
            result.path("topCandidates").path(i).path("candidates").forEach(rival -> rivals.add(token(rival)));
            content.add(token);
        }
        logprobs.putNull("refusal");
        return logprobs;
    }

    private static ObjectNode token(JsonNode candidate) {
        var text = candidate.path("token").asString("");
        var token = JsonNodeFactory.instance.objectNode().put("token", text);
        if (candidate.path("logProbability").isNumber()) {
            token.set("logprob", candidate.get("logProbability"));
        } else {
            // Zero is left out: it was certain.
            token.put("logprob", 0);
        }
        var bytes = token.putArray("bytes");
        for (var one : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(one & 0xff);
        }
        return token;
    }
}
