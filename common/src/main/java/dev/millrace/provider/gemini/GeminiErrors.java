package dev.millrace.provider.gemini;

import dev.millrace.http.Reply;
import dev.millrace.provider.ErrorWords;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What an answer to a chat that is no success comes to.
final class GeminiErrors {

    private final GoogleError error;
    private final Target target;
    private final int status;
    private final Optional<String> requestId;
    private final Optional<Duration> retryAfter;
    private final String message;

    private GeminiErrors(
            GoogleError error,
            Target target,
            int status,
            Optional<String> requestId,
            Optional<Duration> retryAfter,
            byte[] body) {
        this.error = error;
        this.target = target;
        this.status = status;
        this.requestId = requestId;
        this.retryAfter = retryAfter;
        this.message = error.message().isEmpty()
                ? ErrorWords.ofStatus(status, body, target.key())
                : ErrorWords.message(error.message(), target.key());
    }

    /// What an answer of another status than 200 comes to.
    static ProviderOutcome of(JsonMapper json, Reply.Answered answer, Target target) {
        return new GeminiErrors(
                        GoogleError.in(json, answer.body()),
                        target,
                        answer.status(),
                        answer.header("x-request-id"),
                        answer.retryAfter(),
                        answer.body())
                .outcome();
    }

    /// What an error inside a stream that began well comes to.
    static ProviderOutcome inStream(JsonNode object, Target target, Optional<String> requestId) {
        var error = new GoogleError(object);
        int status = error.status() >= 400 ? error.status() : 500;
        return new GeminiErrors(error, target, status, requestId, Optional.empty(), new byte[0]).outcome();
    }

    static ProviderOutcome malformed(Scope scope, String message, int status, Optional<String> requestId) {
        return new ProviderOutcome.Retryable(new Failure(
                scope, "malformed_answer", null, message, Optional.empty(), Optional.of(status), requestId));
    }

    private ProviderOutcome outcome() {
        if (status < 400) {
            return malformed(Scope.PROVIDER, "The provider answered with status " + status, status, requestId);
        }
        return status < 500 ? error.rejection(status, target.model(), retryAfter, this::failure) : notServed();
    }

    private ProviderOutcome notServed() {
        boolean model = error.reason().contains("model") || error.says(GeminiModel.bare(target.model()));
        return new ProviderOutcome.Retryable(
                failure(model ? Scope.MODEL : Scope.PROVIDER, "provider_error"), error.askedWait(retryAfter));
    }

    private Failure failure(Scope scope, String kind) {
        return new Failure(scope, kind, code(kind), message, Optional.empty(), Optional.of(status), requestId);
    }

    /// Google's own word, or for what callers look for, OpenAI's.
    private @Nullable String code(String kind) {
        if (kind.equals("context_too_long")) {
            return "context_length_exceeded";
        }
        if (kind.equals(GoogleError.CONTENT_REFUSED)) {
            return "content_policy_violation";
        }
        var code = error.reason().isEmpty() ? error.word() : error.reason();
        return code.isEmpty() ? null : ErrorWords.code(code, target.key());
    }
}
