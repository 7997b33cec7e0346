package dev.millrace.provider.gemini;

import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// What an error of Google's says: a word for its status, a message, and details of several types. The status alone
/// says little: a wrong key is a 400, and a 429 may be over in a second or tomorrow.
///
/// @see <a href="https://cloud.google.com/apis/design/errors">Google's error model</a>
public record GoogleError(JsonNode error) {

    public static final String CONTENT_REFUSED = "content_refused";

    private static final Pattern DELAY = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)s");
    private static final Duration LONGEST = Duration.ofHours(24);

    /// Of `google.api.ErrorReason`, beside those that begin with `API_KEY_`: the key opens nothing.
    private static final Set<String> KEY_REASONS = Set.of(
            "INVALID_API_KEY",
            "CONSUMER_INVALID",
            "CONSUMER_SUSPENDED",
            "CREDENTIALS_MISSING",
            "ACCESS_TOKEN_EXPIRED",
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "ACCOUNT_STATE_INVALID",
            "SERVICE_DISABLED");

    private static final Pattern REFUSAL = Pattern.compile(
            "violat|usage guidelines|content polic|safety (?:filter|setting|polic)|responsible ai|prohibited",
            Pattern.CASE_INSENSITIVE);

    /// The error in a body, or one that says nothing.
    public static GoogleError in(JsonMapper json, byte[] body) {
        try {
            return in(json.readTree(body));
        } catch (JacksonException noJson) {
            return new GoogleError(JsonNodeFactory.instance.missingNode());
        }
    }

    public static GoogleError in(JsonNode body) {
        // Streams that are no events wrap even their errors in an array.
        return new GoogleError((body.isArray() ? body.path(0) : body).path("error"));
    }

    /// Whether the words are those of a filter. Google has no code for it.
    public static boolean isRefusal(String words) {
        return REFUSAL.matcher(words).find();
    }

    int status() {
        return error.path("code").asInt(0);
    }

    /// The name of the gRPC status, such as `RESOURCE_EXHAUSTED`; empty where there is none.
    public String word() {
        return error.path("status").asString("");
    }

    public String message() {
        return error.path("message").asString("");
    }

    boolean says(String words) {
        return message().toLowerCase(Locale.ROOT).contains(words);
    }

    /// Of the `ErrorInfo`, such as `API_KEY_INVALID`; empty where there is none.
    public String reason() {
        return detail("ErrorInfo").path("reason").asString("");
    }

    /// When to come back, of the `RetryInfo`.
    public Optional<Duration> retryDelay() {
        var match = DELAY.matcher(detail("RetryInfo").path("retryDelay").asString(""));
        if (!match.matches()) {
            return Optional.empty();
        }
        var delay = Duration.ofMillis((long) Math.ceil(Double.parseDouble(match.group(1)) * 1_000));
        return Optional.of(delay.compareTo(LONGEST) > 0 ? LONGEST : delay);
    }

    /// When to come back, or else what the answer's head says.
    Optional<Duration> askedWait(Optional<Duration> retryAfter) {
        return retryDelay().or(() -> retryAfter);
    }

    private JsonNode detail(String type) {
        for (var detail : error.path("details")) {
            if (detail.path("@type").asString("").endsWith("google.rpc." + type)) {
                return detail;
            }
        }
        return JsonNodeFactory.instance.missingNode();
    }

    /// Makes the failure of an outcome.
    public interface Failures {
        Failure of(Scope scope, String kind);
    }

    /// What a status from 400 to 499 comes to with this error.
    ///
    /// @param model the one that was asked
    /// @param retryAfter of the answer's head
    public ProviderOutcome rejection(int status, String model, Optional<Duration> retryAfter, Failures failures) {
        if (status == 429) {
            return spent().<ProviderOutcome>map(
                            scope -> new ProviderOutcome.Retryable(failures.of(scope, "quota_exhausted")))
                    .orElseGet(() -> new ProviderOutcome.RateLimited(
                            failures.of(Scope.KEY, "rate_limited"), askedWait(retryAfter)));
        }
        if (status == 401 || isAboutKey()) {
            return new ProviderOutcome.Retryable(failures.of(Scope.KEY, "invalid_key"));
        }
        boolean unmet = word().equals("FAILED_PRECONDITION");
        if (status == 402 || reason().equals("BILLING_DISABLED") || (unmet && says("billing"))) {
            return new ProviderOutcome.Retryable(failures.of(Scope.KEY, "quota_exhausted"));
        }
        if ((status == 403 || status == 404 || unmet) && !isAboutFile(model)) {
            return new ProviderOutcome.Retryable(failures.of(Scope.MODEL, "model_unavailable"));
        }
        return switch (status) {
            case 408, 409, 425, 499 ->
                new ProviderOutcome.Retryable(failures.of(Scope.PROVIDER, "not_done"), askedWait(retryAfter));
            default -> new ProviderOutcome.Terminal(failures.of(Scope.REQUEST, refusal()));
        };
    }

    /// Whom it concerns that money is used up, or a quota that begins anew only the next day: some are for each model.
    private Optional<Scope> spent() {
        if (says("credits are depleted") || says("spending cap")) {
            return Optional.of(Scope.KEY);
        }
        var spent = Optional.<Scope>empty();
        for (var violation : detail("QuotaFailure").path("violations")) {
            var quota = violation.path("quotaId").asString("");
            if (quota.contains("PerDay")) {
                spent = Optional.of(quota.contains("PerModel") ? Scope.MODEL : Scope.KEY);
                if (spent.get() == Scope.KEY) {
                    break;
                }
            }
        }
        return spent;
    }

    /// Not all answers have details.
    private boolean isAboutKey() {
        var reason = reason().toUpperCase(Locale.ROOT);
        return reason.startsWith("API_KEY_")
                || KEY_REASONS.contains(reason)
                || says("api key not valid")
                || says("api key expired")
                || says("unregistered callers")
                || says("reported as leaked");
    }

    /// A file that the request names, and that this key may not see: it rests no key and no model.
    private boolean isAboutFile(String model) {
        return says(" file ") && !says(GeminiModel.bare(model));
    }

    private String refusal() {
        if (says("maximum number of tokens") || says("input context is too long")) {
            return "context_too_long";
        }
        return isRefusal(message()) ? CONTENT_REFUSED : "invalid_request";
    }
}
