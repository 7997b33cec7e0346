package dev.millrace.provider.openai;

import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/// The status that an error should have had, where it came too late for one: after the head of a stream, or in a body
/// of status 200.
final class ErrorMeaning {

    private static final Map<String, Integer> STATUSES = Map.ofEntries(
            Map.entry("insufficient_quota", 429),
            Map.entry("insufficient_user_quota", 402),
            Map.entry("rate_limit_exceeded", 429),
            Map.entry("rate_limit_error", 429),
            Map.entry("too_many_requests", 429),
            Map.entry("tokens", 429),
            Map.entry("requests", 429),
            Map.entry("invalid_api_key", 401),
            Map.entry("authentication_error", 401),
            Map.entry("permission_error", 403),
            Map.entry("permission_denied", 403),
            Map.entry("model_not_found", 404),
            Map.entry("not_found_error", 404),
            Map.entry("context_length_exceeded", 400),
            Map.entry("content_policy_violation", 400),
            Map.entry("moderation_blocked", 400),
            Map.entry("content_filter", 400),
            Map.entry("invalid_request_error", 400),
            Map.entry("server_error", 500),
            Map.entry("api_error", 500),
            Map.entry("internal_server_error", 500),
            Map.entry("overloaded_error", 503),
            Map.entry("model_overloaded", 503),
            Map.entry("model_not_available", 503),
            Map.entry("service_unavailable", 503),
            Map.entry("timeout", 504));

    private ErrorMeaning() {}

    /// By its code, which some give as the status itself; else by its type.
    static OptionalInt status(JsonNode error) {
        var code = error.path("code");
        if (code.isIntegralNumber() || code.isString() && code.stringValue().matches("[45]\\d\\d")) {
            int status = code.asInt(0);
            return status >= 400 && status < 600 ? OptionalInt.of(status) : OptionalInt.empty();
        }
        var byCode = STATUSES.get(code.asString(""));
        var status = byCode == null ? STATUSES.get(error.path("type").asString("")) : byCode;
        return status == null ? OptionalInt.empty() : OptionalInt.of(status);
    }
}
