package dev.millrace.provider.gemini.video;

import dev.millrace.http.Reply;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Reads what Google means by an answer that is no success. The status alone does not tell: a wrong key is a 400, a
/// quota that is spent for the day a 429 like any other.
///
/// @see <a href="https://cloud.google.com/apis/design/errors">Google's error model</a>
final class GoogleErrors {

    /// The statuses that say that nothing was made. Of a 5xx Google documents no code that says so: `UNAVAILABLE` may
    /// come after the work has begun.
    static final Set<Integer> KNOWN_REJECTIONS = Set.of(400, 401, 402, 403, 404, 422, 429);

    static final String CONTENT_REFUSED = "content_refused";

    private static final int LONGEST_MESSAGE = 1_000;
    private static final int LONGEST_CODE = 200;
    private static final Duration LONGEST_WAIT = Duration.ofHours(24);
    private static final Pattern DELAY = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)s");
    private static final Pattern REFUSAL = Pattern.compile(
            "violat|usage guidelines|content polic|safety (?:filter|setting|polic)|responsible ai|prohibited content",
            Pattern.CASE_INSENSITIVE);
    private static final Set<String> KEY_REASONS = Set.of(
            "CONSUMER_INVALID",
            "CONSUMER_SUSPENDED",
            "SERVICE_DISABLED",
            "ACCOUNT_STATE_INVALID",
            "ACCESS_TOKEN_EXPIRED",
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT");

    private GoogleErrors() {}

    /// What a known rejection of a create comes to.
    ///
    /// @param mask hides what is secret in the provider's words
    static ProviderOutcome outcome(JsonNode body, Reply.Answered head, UnaryOperator<String> mask) {
        var error = error(body);
        var reason = reason(error);
        var words = error.path("message").asString("Status " + head.status());
        var message = message(words, mask);
        var word = error.path("status").asString("");
        var code = code(word.isEmpty() ? reason : word.toLowerCase(Locale.ROOT), mask);
        int status = head.status();
        if (status == 401 || reason.startsWith("API_KEY_") || KEY_REASONS.contains(reason) || isAboutKey(words)) {
            return retryable(Scope.KEY, "invalid_key", code, message, head);
        }
        if (status == 429) {
            return isForTheDay(error)
                    ? retryable(Scope.KEY, "quota_exhausted", code, message, head)
                    : new ProviderOutcome.RateLimited(
                            failure(Scope.KEY, "rate_limited", code, message, head), retryAfter(body, head));
        }
        boolean unmet = status == 400 && error.path("status").asString("").equals("FAILED_PRECONDITION");
        if (status == 402
                || reason.equals("BILLING_DISABLED")
                || (unmet && words.toLowerCase(Locale.ROOT).contains("billing"))) {
            return retryable(Scope.KEY, "quota_exhausted", code, message, head);
        }
        if (status == 403 || status == 404 || unmet) {
            return retryable(Scope.MODEL, "model_unavailable", code, message, head);
        }
        var kind = isRefusal(words) ? CONTENT_REFUSED : "invalid_request";
        return new ProviderOutcome.Terminal(failure(Scope.REQUEST, kind, kind, message, head));
    }

    /// Not all answers have details.
    private static boolean isAboutKey(String words) {
        var lower = words.toLowerCase(Locale.ROOT);
        return lower.contains("api key not valid")
                || lower.contains("api key expired")
                || lower.contains("unregistered callers");
    }

    private static ProviderOutcome retryable(
            Scope scope, String kind, String code, String message, Reply.Answered head) {
        return new ProviderOutcome.Retryable(failure(scope, kind, code, message, head));
    }

    static Failure failure(Scope scope, String kind, String code, String message, Reply.Answered head) {
        return new Failure(
                scope,
                kind,
                code.isEmpty() ? kind : code,
                message,
                Optional.empty(),
                Optional.of(head.status()),
                head.header("x-request-id"));
    }

    /// The error of a body, which a stream's comes wrapped in an array.
    private static JsonNode error(JsonNode body) {
        return (body.isArray() ? body.path(0) : body).path("error");
    }

    private static String reason(JsonNode error) {
        for (var detail : error.path("details")) {
            if (isOf(detail, "ErrorInfo")) {
                return detail.path("reason").asString("");
            }
        }
        return "";
    }

    private static boolean isForTheDay(JsonNode error) {
        for (var detail : error.path("details")) {
            for (var violation : detail.path("violations")) {
                if (violation.path("quotaId").asString("").contains("PerDay")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isOf(JsonNode detail, String type) {
        return detail.path("@type").asString("").endsWith("google.rpc." + type);
    }

    /// How long Google asks to be left alone: in the body's `RetryInfo`, or as any server in a header.
    static Optional<Duration> retryAfter(JsonNode body, Reply.Answered head) {
        for (var detail : error(body).path("details")) {
            var delay = DELAY.matcher(detail.path("retryDelay").asString(""));
            if (isOf(detail, "RetryInfo") && delay.matches()) {
                var wait = Duration.ofMillis(Math.round(Double.parseDouble(delay.group(1)) * 1_000));
                return Optional.of(wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
            }
        }
        return head.retryAfter();
    }

    /// Whether the words are those of a filter. Google has no code for it.
    static boolean isRefusal(String words) {
        return REFUSAL.matcher(words).find();
    }

    /// What is kept of the provider's words: not all of a long text, and nothing that is secret.
    static String message(String words, UnaryOperator<String> mask) {
        return kept(words, LONGEST_MESSAGE, mask);
    }

    /// The same for its code.
    static String code(String word, UnaryOperator<String> mask) {
        return kept(word, LONGEST_CODE, mask);
    }

    private static String kept(String text, int most, UnaryOperator<String> mask) {
        var masked = mask.apply(text);
        return masked.length() > most ? masked.substring(0, most) : masked;
    }
}
