package dev.millrace.provider.openai;

import dev.millrace.http.Reply;
import dev.millrace.provider.ErrorWords;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import java.util.Locale;
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

    private static final Set<String> OF_MODEL = Set.of("model_not_available", "model_overloaded", MissingModel.CODE);

    private Errors() {}

    static boolean isKnownRejection(int status) {
        return KNOWN_REJECTIONS.contains(status);
    }

    /// What an error answer to a call that may be repeated comes to.
    static ProviderOutcome outcome(JsonMapper json, Reply.Answered answer, Target target) {
        return outcome(error(json, answer), answer.status(), answer, target);
    }

    /// What an error in an answer of status 200 comes to, such as in the middle of a stream. It means what the same
    /// error means with the status that it should have had.
    ///
    /// @return empty where the error says no more than that something went wrong
    static Optional<ProviderOutcome> meaning(JsonNode error, Reply.Answered answer, Target target) {
        int status = ErrorMeaning.status(error).orElse(500);
        return status < 500 ? Optional.of(outcome(error, status, answer, target)) : Optional.empty();
    }

    /// The same, where an error that says nothing known is the provider's.
    static ProviderOutcome inStream(JsonNode error, Reply.Answered answer, Target target) {
        return outcome(error, ErrorMeaning.status(error).orElse(500), answer, target);
    }

    private static ProviderOutcome outcome(@Nullable JsonNode error, int status, Reply.Answered answer, Target target) {
        var key = target.key();
        var type = text(error, "type");
        var code = masked(text(error, "code"), key);
        var param = Optional.ofNullable(masked(text(error, "param"), key));
        var message = message(error, answer, key);
        if (status == 429) {
            if ("insufficient_quota".equals(code) || "insufficient_quota".equals(type)) {
                return retryable(Scope.KEY, "quota_exhausted", code, message, param, answer);
            }
            return new ProviderOutcome.RateLimited(
                    failure(Scope.KEY, "rate_limited", code, message, param, answer), answer.retryAfter());
        }
        if (status == 401 || "invalid_api_key".equals(code)) {
            return retryable(Scope.KEY, "invalid_key", code, message, param, answer);
        }
        // The gateways of the one-api family answer spent quota with 403.
        if (status == 402 || "insufficient_user_quota".equals(code)) {
            return retryable(Scope.KEY, "quota_exhausted", code, message, param, answer);
        }
        if (MissingModel.says(status, error != null, code, param, message)) {
            return retryable(Scope.MODEL, "model_unavailable", MissingModel.CODE, message, param, answer);
        }
        if ((status == 403 || status == 404) && isAboutModel(param)) {
            return retryable(Scope.MODEL, "model_unavailable", code, message, param, answer);
        }
        if (status == 408 || status == 409 || status == 425) {
            return retryable(Scope.PROVIDER, "not_done", code, message, param, answer);
        }
        if (status >= 500) {
            var scope = ofModel(code, message, target.model()) ? Scope.MODEL : Scope.PROVIDER;
            return retryable(scope, "provider_error", code, message, param, answer);
        }
        if (status >= 400) {
            return new ProviderOutcome.Terminal(failure(
                    Scope.REQUEST, terminalKind(code, message), terminalCode(code, message), message, param, answer));
        }
        return retryable(
                Scope.PROVIDER,
                "malformed_answer",
                code,
                "The provider answered with status " + status,
                Optional.empty(),
                answer);
    }

    /// What is not there may also be a file or another thing that the request names: that rests no key and no model.
    private static boolean isAboutModel(Optional<String> param) {
        return param.isEmpty() || param.get().equals("model");
    }

    /// Whether a server error is that of a model and not of its whole provider. Gateways have a code for a model that
    /// none of their channels serves just now.
    private static boolean ofModel(@Nullable String code, String message, String model) {
        return code != null && OF_MODEL.contains(code) || ErrorWords.name(message, model);
    }

    /// Servers that are compatible say it in words, without the code.
    private static boolean meansTooLong(@Nullable String code, String message) {
        var words = message.toLowerCase(Locale.ROOT);
        return "context_length_exceeded".equals(code)
                || words.contains("maximum context length")
                || words.contains("context length exceeded")
                || words.contains("exceeds the context length");
    }

    private static String terminalCode(@Nullable String code, String message) {
        if (meansTooLong(code, message)) {
            return "context_length_exceeded";
        }
        return code == null ? "invalid_request" : code;
    }

    private static String terminalKind(@Nullable String code, String message) {
        if (meansTooLong(code, message)) {
            return "context_too_long";
        }
        if (code == null) {
            return "invalid_request";
        }
        return switch (code) {
            case "content_policy_violation", "moderation_blocked", "content_filter" -> "content_refused";
            default -> "invalid_request";
        };
    }

    private static ProviderOutcome retryable(
            Scope scope,
            String kind,
            @Nullable String code,
            String message,
            Optional<String> param,
            Reply.Answered answer) {
        return new ProviderOutcome.Retryable(failure(scope, kind, code, message, param, answer), answer.retryAfter());
    }

    /// An answer that is no answer of this wire format.
    static ProviderOutcome malformed(String message, Reply.Answered answer) {
        return new ProviderOutcome.Retryable(failure(Scope.PROVIDER, "malformed_answer", null, message, answer));
    }

    static Failure failure(Scope scope, String kind, @Nullable String code, String message, Reply.Answered answer) {
        return failure(scope, kind, code, message, Optional.empty(), answer);
    }

    private static Failure failure(
            Scope scope,
            String kind,
            @Nullable String code,
            String message,
            Optional<String> param,
            Reply.Answered answer) {
        return new Failure(
                scope, kind, code, message, param, Optional.of(answer.status()), answer.header("x-request-id"));
    }

    /// The `error` object of a body; null where there is none.
    static @Nullable JsonNode error(JsonMapper json, Reply.Answered answer) {
        try {
            var body = json.readTree(answer.body());
            var error = body.path("error");
            if (error.isObject()) {
                return error;
            }
            // Some servers that are compatible leave out the wrapping.
            return body.path("object").asString("").equals("error") ? body : null;
        } catch (JacksonException noJson) {
            return null;
        }
    }

    private static @Nullable String masked(@Nullable String word, ProviderKey key) {
        return word == null ? null : ErrorWords.code(word, key);
    }

    private static @Nullable String text(@Nullable JsonNode error, String field) {
        var value = error == null || !error.isObject() ? null : error.get(field);
        return value == null || !value.isString() ? null : value.stringValue();
    }

    private static String message(@Nullable JsonNode error, Reply.Answered answer, ProviderKey key) {
        var message = error != null && error.isString() ? error.stringValue() : text(error, "message");
        return message != null
                ? ErrorWords.message(message, key)
                : ErrorWords.ofStatus(answer.status(), answer.body(), key);
    }
}
