package dev.millrace.provider.anthropic;

import dev.millrace.http.Reply;
import dev.millrace.provider.ErrorWords;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads what Messages means by an error, from status and body together: its statuses are few, and a spend limit, a
/// prompt that is too long and a bad request are the same 400 with the same type.
final class MessageErrors {

    private final JsonMapper json;
    private final Target target;

    MessageErrors(JsonMapper json, Target target) {
        this.json = json;
        this.target = target;
    }

    /// What an answer that is no message comes to.
    ProviderOutcome outcome(Reply.Answered answer) {
        JsonNode error;
        try {
            error = json.readTree(answer.body()).path("error");
        } catch (JacksonException noJson) {
            error = json.missingNode();
        }
        var requestId = answer.header("request-id");
        if (answer.status() == 200) {
            return statusOf(error.path("type").asString("")) < 500
                    ? ofEvent(error, 200, requestId)
                    : malformed("The provider answered 200 with something else than a message", 200, requestId);
        }
        var words = error.path("message").asString("");
        var message = words.isEmpty() ? ErrorWords.ofStatus(answer.status(), answer.body(), target.key()) : words;
        return outcome(
                error.path("type").asString(""),
                message,
                answer.status(),
                answer.status(),
                requestId,
                answer.retryAfter());
    }

    /// What an `error` event in a stream comes to, whose status was a 200.
    ProviderOutcome ofEvent(JsonNode error, int httpStatus, Optional<String> requestId) {
        var type = error.path("type").asString("");
        return outcome(
                type,
                error.path("message").asString("The provider's stream ended with an error"),
                statusOf(type),
                httpStatus,
                requestId,
                Optional.empty());
    }

    /// @param status what the error means, which is not the answer's status in a stream
    private ProviderOutcome outcome(
            String type,
            String message,
            int status,
            int httpStatus,
            Optional<String> requestId,
            Optional<Duration> retryAfter) {
        var words = message.toLowerCase(Locale.ROOT);
        var facts = new Facts(type.isEmpty() ? Optional.empty() : Optional.of(type), message, httpStatus, requestId);
        if (status == 402 || ((status == 400 || status == 429) && meansSpent(words))) {
            return new ProviderOutcome.Retryable(failure(Scope.KEY, "quota_exhausted", facts));
        }
        if (status == 401 || (status == 400 && type.equals("authentication_error"))) {
            return new ProviderOutcome.Retryable(failure(Scope.KEY, "invalid_key", facts));
        }
        if (status == 429) {
            return new ProviderOutcome.RateLimited(failure(Scope.KEY, "rate_limited", facts), retryAfter);
        }
        // A file that the request names and that is not there rests no key and no model.
        if ((status == 403 || status == 404) && !(words.contains("file") && !words.contains("model"))) {
            return new ProviderOutcome.Retryable(failure(Scope.MODEL, "model_unavailable", facts));
        }
        if (status == 408 || status == 409 || status == 425) {
            return new ProviderOutcome.Retryable(failure(Scope.PROVIDER, "not_done", facts), retryAfter);
        }
        if (status >= 500) {
            var scope = ErrorWords.name(message, target.model()) ? Scope.MODEL : Scope.PROVIDER;
            return new ProviderOutcome.Retryable(failure(scope, "provider_error", facts), retryAfter);
        }
        if (status >= 400) {
            return terminal(words, facts);
        }
        return new ProviderOutcome.Retryable(failure(Scope.PROVIDER, "malformed_answer", facts));
    }

    private ProviderOutcome terminal(String words, Facts facts) {
        if (meansTooLong(words)) {
            return new ProviderOutcome.Terminal(
                    failure(Scope.REQUEST, "context_too_long", facts.coded("context_length_exceeded")));
        }
        if (words.contains("content filtering policy")) {
            return new ProviderOutcome.Terminal(
                    failure(Scope.REQUEST, "content_refused", facts.coded("content_policy_violation")));
        }
        return new ProviderOutcome.Terminal(failure(Scope.REQUEST, "invalid_request", facts.coded("invalid_request")));
    }

    /// A monthly limit that the account's owner set, or a balance that is used up.
    private static boolean meansSpent(String words) {
        return words.contains("api usage limits") || words.contains("credit balance is too low");
    }

    private static boolean meansTooLong(String words) {
        return words.contains("prompt is too long") || words.contains("exceed context limit");
    }

    private static int statusOf(String type) {
        return switch (type) {
            case "invalid_request_error" -> 400;
            case "authentication_error" -> 401;
            case "billing_error" -> 402;
            case "permission_error" -> 403;
            case "not_found_error" -> 404;
            case "conflict_error" -> 409;
            case "request_too_large" -> 413;
            case "rate_limit_error" -> 429;
            case "timeout_error" -> 504;
            case "overloaded_error" -> 529;
            default -> 500;
        };
    }

    private record Facts(Optional<String> code, String message, int httpStatus, Optional<String> requestId) {
        Facts coded(String word) {
            return new Facts(Optional.of(word), message, httpStatus, requestId);
        }
    }

    private Failure failure(Scope scope, String kind, Facts facts) {
        return new Failure(
                scope,
                kind,
                facts.code().map(code -> ErrorWords.code(code, target.key())).orElse(null),
                ErrorWords.message(facts.message(), target.key()),
                Optional.empty(),
                Optional.of(facts.httpStatus()),
                facts.requestId());
    }

    ProviderOutcome malformed(String message, int httpStatus, Optional<String> requestId) {
        var facts = new Facts(Optional.empty(), message, httpStatus, requestId);
        return new ProviderOutcome.Retryable(failure(Scope.PROVIDER, "malformed_answer", facts));
    }
}
