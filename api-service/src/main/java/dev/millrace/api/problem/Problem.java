package dev.millrace.api.problem;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request that gets an error for its answer. It is thrown where the trouble is seen and written in one place; it
/// carries no stack trace, because it is no bug.
@SuppressWarnings("serial")
public final class Problem extends RuntimeException {

    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final String INSUFFICIENT_QUOTA = "insufficient_quota";
    private static final String RATE_LIMIT_EXCEEDED = "rate_limit_exceeded";
    private static final String SERVER_ERROR = "server_error";

    private final int status;
    private final String type;
    private final @Nullable String param;
    private final @Nullable String code;
    private final Map<String, String> headers = new LinkedHashMap<>();

    private Problem(int status, String type, @Nullable String param, @Nullable String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.param = param;
        this.code = code;
        if (status == 409) {
            // The SDKs repeat a 409 by themselves; a conflict does not go away by that.
            headers.put("x-should-retry", "false");
        }
    }

    /// 400: something in the request is not as it must be.
    ///
    /// @param param its path, such as `request.model`; null where it is the whole
    public static Problem invalid(@Nullable String param, @Nullable String code, String message) {
        return new Problem(400, INVALID_REQUEST, param, code, message);
    }

    /// Any refusal that the caller's request is the reason for.
    public static Problem refused(int status, @Nullable String param, @Nullable String code, String message) {
        return new Problem(status, INVALID_REQUEST, param, code, message);
    }

    /// 404: there is no such job, or it is not the caller's, which is the same.
    public static Problem noSuchJob() {
        return new Problem(404, INVALID_REQUEST, "id", "not_found", "There is no such job.");
    }

    /// 404: no route has this name, or one of another kind has.
    ///
    /// @param kind what the model would have to be for
    public static Problem noSuchModel(String param, String model, String kind) {
        return new Problem(
                404,
                INVALID_REQUEST,
                param,
                "model_not_found",
                "The model '" + model + "' does not exist, or is not one for " + kind + ".");
    }

    /// 404: nothing is served at this path.
    public static Problem noSuchPath() {
        return new Problem(404, INVALID_REQUEST, null, "unknown_url", "Nothing is served at this address.");
    }

    /// 405.
    ///
    /// @param methods the methods that the address takes
    public static Problem methodNotAllowed(String... methods) {
        var problem = new Problem(
                405, INVALID_REQUEST, null, "method_not_allowed", "This address does not take this method.");
        var sorted = methods.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? problem : problem.with("allow", String.join(", ", sorted));
    }

    /// 408: the body did not come in time.
    public static Problem tooSlow() {
        return new Problem(408, INVALID_REQUEST, null, "body_too_slow", "The body took too long to arrive.");
    }

    public static Problem conflict(@Nullable String param, String code, String message) {
        return new Problem(409, INVALID_REQUEST, param, code, message);
    }

    /// 413: the body is larger than the limit.
    public static Problem tooLarge(long mostBytes) {
        return new Problem(
                413, INVALID_REQUEST, null, "body_too_large", "The body is larger than " + mostBytes + " bytes.");
    }

    /// 429: there is too much of something now.
    public static Problem tooMany(String code, String message, Duration retryAfter) {
        return new Problem(429, "requests", null, code, message).retryAfter(retryAfter);
    }

    /// 429: the project is at one of its limits.
    ///
    /// @param type what is limited: `requests` or `tokens`
    public static Problem rateLimited(String type, String message, Duration retryAfter) {
        return new Problem(429, type, null, RATE_LIMIT_EXCEEDED, message).retryAfter(retryAfter);
    }

    /// 429: the request alone is more than one of the project's limits allows. Waiting does not help.
    public static Problem tooLargeForLimit(String type, String message) {
        return new Problem(429, type, null, RATE_LIMIT_EXCEEDED, message).with("x-should-retry", "false");
    }

    /// 429: the project may not spend so much. Waiting does not help, so there is no time to wait.
    public static Problem insufficientQuota(String message) {
        return new Problem(429, INSUFFICIENT_QUOTA, null, INSUFFICIENT_QUOTA, message).with("x-should-retry", "false");
    }

    /// 503: the platform can't serve now.
    public static Problem unavailable(String code, String message, Duration retryAfter) {
        return new Problem(503, SERVER_ERROR, null, code, message).retryAfter(retryAfter);
    }

    /// 503: PostgreSQL is away, or its schema is not there yet.
    public static Problem databaseAway() {
        return unavailable(
                "database_unavailable", "The database can't be reached; please try again.", Duration.ofSeconds(1));
    }

    /// A failure on this side; repeating the request does not help where `retry` is false.
    public static Problem server(int status, @Nullable String code, String message, boolean retry) {
        var problem = new Problem(status, SERVER_ERROR, null, code, message);
        if (!retry) {
            problem.headers.put("x-should-retry", "false");
        }
        return problem;
    }

    private Problem retryAfter(Duration wait) {
        headers.put("retry-after", Long.toString(Math.max(1, wait.toSeconds())));
        return this;
    }

    /// Adds a header to the answer.
    public Problem with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    public int status() {
        return status;
    }

    public String type() {
        return type;
    }

    public @Nullable String param() {
        return param;
    }

    public @Nullable String code() {
        return code;
    }

    public String message() {
        return String.valueOf(getMessage());
    }

    public Map<String, String> headers() {
        return Map.copyOf(headers);
    }
}
