package dev.millrace.provider.gemini;

import dev.millrace.http.Reply;
import dev.millrace.provider.ErrorWords;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads what Google means by an error. The status alone says little: a wrong key is a 400, and a 429 may be over in
/// a second or tomorrow.
final class GeminiErrors {

    /// Of `google.api.ErrorReason`, beside those that begin with `API_KEY_`: the key opens nothing.
    private static final Set<String> KEY_REASONS = Set.of(
            "CONSUMER_INVALID",
            "CONSUMER_SUSPENDED",
            "CREDENTIALS_MISSING",
            "ACCESS_TOKEN_EXPIRED",
            "SERVICE_DISABLED");

    private final GeminiError error;
    private final Target target;
    private final int status;
    private final Optional<String> requestId;
    private final Optional<Duration> retryAfter;
    private final String message;

    private GeminiErrors(
            GeminiError error,
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
                        GeminiError.in(json, answer.body()),
                        target,
                        answer.status(),
                        answer.header("x-request-id"),
                        answer.retryAfter(),
                        answer.body())
                .outcome();
    }

    /// What an error inside a stream that began well comes to.
    static ProviderOutcome inStream(JsonNode object, Target target, Optional<String> requestId) {
        var error = new GeminiError(object);
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
        if (status < 500 && status != 429 && isAboutKey()) {
            return retryable(Scope.KEY, "invalid_key");
        }
        return switch (status) {
            case 429 ->
                error.isSpent()
                        ? retryable(Scope.KEY, "quota_exhausted")
                        : new ProviderOutcome.RateLimited(
                                failure(Scope.KEY, "rate_limited", code()),
                                error.retryDelay().or(() -> retryAfter));
            case 402 -> retryable(Scope.KEY, "quota_exhausted");
            case 403, 404 ->
                error.reason().equals("BILLING_DISABLED")
                        ? retryable(Scope.KEY, "quota_exhausted")
                        : isAboutFile() ? refused() : retryable(Scope.MODEL, "model_unavailable");
            case 408, 409, 425, 499 -> retryable(Scope.PROVIDER, "not_done");
            default -> status >= 500 ? notServed() : refused();
        };
    }

    private boolean isAboutKey() {
        var reason = error.reason().toUpperCase(Locale.ROOT);
        return status == 401
                || reason.startsWith("API_KEY_")
                || reason.equals("INVALID_API_KEY")
                || KEY_REASONS.contains(reason)
                || error.says("api key not valid")
                || error.says("api key expired")
                || error.says("unregistered callers")
                || error.says("reported as leaked");
    }

    /// A file that the request names, and that this key may not see: it rests no key and no model.
    private boolean isAboutFile() {
        return error.says(" file ") && !error.says(GeminiModel.bare(target.model()));
    }

    private ProviderOutcome notServed() {
        boolean model = error.reason().contains("model") || error.says(GeminiModel.bare(target.model()));
        return retryable(model ? Scope.MODEL : Scope.PROVIDER, "provider_error");
    }

    private ProviderOutcome refused() {
        if (error.word().equals("FAILED_PRECONDITION")) {
            if (error.says("billing")) {
                return retryable(Scope.KEY, "quota_exhausted");
            }
            if (!isAboutFile()) {
                return retryable(Scope.MODEL, "model_unavailable");
            }
        }
        return new ProviderOutcome.Terminal(failure(Scope.REQUEST, kind(), code()));
    }

    private String kind() {
        if (error.says("maximum number of tokens") || error.says("input context is too long")) {
            return "context_too_long";
        }
        if (error.says("violate") || error.says("prohibited")) {
            return "content_refused";
        }
        return "invalid_request";
    }

    /// Google's own word, or for what callers look for, OpenAI's.
    private @Nullable String code() {
        if (status == 400 && kind().equals("context_too_long")) {
            return "context_length_exceeded";
        }
        var code = error.reason().isEmpty() ? error.word() : error.reason();
        return code.isEmpty() ? null : ErrorWords.code(code, target.key());
    }

    private ProviderOutcome retryable(Scope scope, String kind) {
        return new ProviderOutcome.Retryable(failure(scope, kind, code()));
    }

    private Failure failure(Scope scope, String kind, @Nullable String code) {
        return new Failure(scope, kind, code, message, Optional.empty(), Optional.of(status), requestId);
    }
}
