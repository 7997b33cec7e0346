package dev.millrace.provider.gemini;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// What an error of Google's says: a word for its status, a message, and details of several types.
record GeminiError(JsonNode error) {

    private static final Pattern DELAY = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)s");
    private static final Duration LONGEST = Duration.ofHours(24);

    /// The error in a body, or one that says nothing.
    static GeminiError in(JsonMapper json, byte[] body) {
        try {
            var tree = json.readTree(body);
            // Streams that are no events wrap even their errors in an array.
            return new GeminiError((tree.isArray() ? tree.path(0) : tree).path("error"));
        } catch (JacksonException noJson) {
            return new GeminiError(JsonNodeFactory.instance.missingNode());
        }
    }

    int status() {
        return error.path("code").asInt(0);
    }

    /// The name of the gRPC status, such as `RESOURCE_EXHAUSTED`; empty where there is none.
    String word() {
        return error.path("status").asString("");
    }

    String message() {
        return error.path("message").asString("");
    }

    boolean says(String words) {
        return message().toLowerCase(Locale.ROOT).contains(words);
    }

    /// Of the `ErrorInfo`, such as `API_KEY_INVALID`; empty where there is none.
    String reason() {
        return detail("ErrorInfo").path("reason").asString("");
    }

    /// Whether a quota is used up that begins anew only the next day, or money is.
    boolean isSpent() {
        for (var violation : detail("QuotaFailure").path("violations")) {
            if (violation.path("quotaId").asString("").contains("PerDay")) {
                return true;
            }
        }
        return says("credits are depleted") || says("spending cap");
    }

    /// When to come back, of the `RetryInfo`.
    Optional<Duration> retryDelay() {
        var match = DELAY.matcher(detail("RetryInfo").path("retryDelay").asString(""));
        if (!match.matches()) {
            return Optional.empty();
        }
        var delay = Duration.ofMillis((long) Math.ceil(Double.parseDouble(match.group(1)) * 1_000));
        return Optional.of(delay.compareTo(LONGEST) > 0 ? LONGEST : delay);
    }

    private JsonNode detail(String type) {
        for (var detail : error.path("details")) {
            if (detail.path("@type").asString("").endsWith("google.rpc." + type)) {
                return detail;
            }
        }
        return JsonNodeFactory.instance.missingNode();
    }
}
