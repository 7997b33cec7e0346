package dev.millrace.provider.openai;

import dev.millrace.http.Reply;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderOutcome;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads what an OpenAI-compatible endpoint means by an answer that is no success: from status and body together,
/// never from the status alone.
final class Errors {

    /// The statuses that the wire format documents as "not accepted". Every other answer to a paid create leaves
    /// open whether something was made.
    static final Set<Integer> KNOWN_REJECTIONS = Set.of(400, 401, 402, 403, 404, 422, 429);

    private static final int LONGEST_MESSAGE = 1_000;
    private static final int LONGEST_CODE = 200;

    private Errors() {}

    static boolean isKnownRejection(int status) {
        return KNOWN_REJECTIONS.contains(status);
    }

    /// What an error answer to a call that may be repeated comes to.
    static ProviderOutcome outcome(JsonMapper json, Reply.Answered answer, ProviderKey key) {
        var error = error(json, answer);
        var type = text(error, "type");
        var word = text(error, "code");
        var code = word == null ? null : code(word, key);
        var message = message(message(error, answer), key);
        int status = answer.status();
        if (status == 429) {
            if ("insufficient_quota".equals(code) || "insufficient_quota".equals(type)) {
                return new ProviderOutcome.Retryable(failure(Scope.KEY, "quota_exhausted", code, message, answer));
            }
            return new ProviderOutcome.RateLimited(
                    failure(Scope.KEY, "rate_limited", code, message, answer), answer.retryAfter());
        }
        if (status == 401 || "invalid_api_key".equals(code)) {
            return new ProviderOutcome.Retryable(failure(Scope.KEY, "invalid_key", code, message, answer));
        }
        if (status == 402) {
            return new ProviderOutcome.Retryable(failure(Scope.KEY, "quota_exhausted", code, message, answer));
        }
        if (status == 403 || status == 404) {
            return new ProviderOutcome.Retryable(failure(Scope.MODEL, "model_unavailable", code, message, answer));
        }
        if (status == 408 || status == 409 || status == 425) {
            return new ProviderOutcome.Retryable(failure(Scope.PROVIDER, "not_done", code, message, answer));
        }
        if (status >= 500) {
            var scope = "model_not_available".equals(code) || "model_overloaded".equals(code)
                    ? Scope.MODEL
                    : Scope.PROVIDER;
            return new ProviderOutcome.Retryable(failure(scope, "provider_error", code, message, answer));
        }
        if (status >= 400) {
            return new ProviderOutcome.Terminal(failure(
                    Scope.REQUEST, terminalKind(code), code == null ? "invalid_request" : code, message, answer));
        }
        return new ProviderOutcome.Retryable(failure(
                Scope.PROVIDER, "malformed_answer", code, "The provider answered with status " + status, answer));
    }

    private static String terminalKind(@Nullable String code) {
        if (code == null) {
            return "invalid_request";
        }
        return switch (code) {
            case "context_length_exceeded" -> "context_too_long";
            case "content_policy_violation", "moderation_blocked", "content_filter" -> "content_refused";
            default -> "invalid_request";
        };
    }

    static Failure failure(Scope scope, String kind, @Nullable String code, String message, Reply.Answered answer) {
        return new Failure(
                scope,
                kind,
                code,
                message,
                Optional.empty(),
                Optional.of(answer.status()),
                answer.header("x-request-id"));
    }

    /// The `error` object of a body; null where there is none.
    static @Nullable JsonNode error(JsonMapper json, Reply.Answered answer) {
        try {
            var error = json.readTree(answer.body()).path("error");
            return error.isObject() ? error : null;
        } catch (JacksonException noJson) {
            return null;
        }
    }

    private static @Nullable String text(@Nullable JsonNode error, String field) {
        var value = error == null ? null : error.get(field);
        return value == null || !value.isString() ? null : value.stringValue();
    }

    private static String message(@Nullable JsonNode error, Reply.Answered answer) {
        var message = text(error, "message");
        return message != null ? message : "Status " + answer.status() + ": " + excerpt(answer.body());
    }

    /// What is kept of a provider's words: not all of a long text, and never the key, which some repeat.
    static String message(String words, ProviderKey key) {
        return kept(words, LONGEST_MESSAGE, key);
    }

    /// The same for its code.
    static String code(String word, ProviderKey key) {
        return kept(word, LONGEST_CODE, key);
    }

    private static String kept(String text, int most, ProviderKey key) {
        var masked = key.secret().maskedIn(text);
        return masked.length() > most ? masked.substring(0, most) : masked;
    }

    private static String excerpt(byte[] body) {
        return new String(body, 0, Math.min(body.length, 200), StandardCharsets.UTF_8);
    }
}
