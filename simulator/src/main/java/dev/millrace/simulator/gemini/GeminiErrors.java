package dev.millrace.simulator.gemini;

import dev.millrace.simulator.desk.ApiError;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Google's errors: the HTTP status as a number, a word for it, and details of several types.
///
/// An error's `code` is the reason that the details give: of an `ErrorInfo`, or the id of a quota.
final class GeminiErrors {

    static final ApiError NO_KEY = new ApiError(
            403,
            "PERMISSION_DENIED",
            null,
            null,
            "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or"
                    + " other form of API consumer identity to call this API.");
    static final ApiError WRONG_KEY = new ApiError(
            400, "INVALID_ARGUMENT", "API_KEY_INVALID", null, "API key not valid. Please pass a valid API key.");

    private static final String TYPES = "type.googleapis.com/google.rpc.";
    private static final String PER_MINUTE = "GenerateRequestsPerMinutePerProjectPerModel";
    private static final String PER_DAY = "GenerateRequestsPerDayPerProject-FreeTier";

    private GeminiErrors() {}

    static ApiError invalid(String message) {
        return error(400, message);
    }

    static ApiError of(int status) {
        return switch (status) {
            case 401 ->
                error(
                        401,
                        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie"
                                + " or other valid authentication credential.");
            case 403 -> error(403, "The caller does not have permission");
            case 404 -> error(404, "Requested entity was not found.");
            case 429 -> quota(PER_MINUTE);
            case 500 -> error(500, "An internal error has occurred. Please retry or report the problem.");
            case 503 -> error(503, "The model is overloaded. Please try again later.");
            case 504 -> error(504, "The request timed out. Please try again.");
            default -> error(status, status >= 500 ? "The service failed." : "The request was refused.");
        };
    }

    static @Nullable ApiError named(String name) {
        return switch (name) {
            case "invalid_api_key" -> WRONG_KEY;
            case "insufficient_quota" -> quota(PER_DAY);
            case "rate_limit_exceeded" -> quota(PER_MINUTE);
            case "model_not_found" ->
                error(404, "models/x is not found for API version v1beta, or is not supported for this method.");
            case "context_length_exceeded" ->
                error(400, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).");
            case "content_refused", "moderation_blocked" ->
                error(400, "The prompt could not be submitted. It contains words that violate our policies.");
            case "unsupported_parameter" -> error(400, "The parameter temperature is not supported for this model.");
            case "region" ->
                new ApiError(400, "FAILED_PRECONDITION", null, null, "User location is not supported for the API use.");
            case "overloaded" -> of(503);
            case "server_error" -> of(500);
            default -> null;
        };
    }

    private static ApiError quota(String id) {
        return new ApiError(
                429,
                "RESOURCE_EXHAUSTED",
                id,
                null,
                "You exceeded your current quota, please check your plan and billing details.");
    }

    static ApiError error(int status, String message) {
        return new ApiError(status, word(status), null, null, message);
    }

    private static String word(int status) {
        return switch (status) {
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 409 -> "ABORTED";
            case 429 -> "RESOURCE_EXHAUSTED";
            case 499 -> "CANCELLED";
            case 503 -> "UNAVAILABLE";
            case 504 -> "DEADLINE_EXCEEDED";
            default -> status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT";
        };
    }

    static String body(ApiError error) {
        // Complaints that know nothing of the format carry OpenAI's type of a 400.
        String word = error.type().equals("invalid_request_error") ? word(error.status()) : error.type();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ObjectNode inner = body.putObject("error")
                .put("code", error.status())
                .put("message", error.message())
                .put("status", word);
        ArrayNode details = JsonNodeFactory.instance.arrayNode();
        if (error.code() != null) {
            reason(details, error.status(), error.code());
        }
        if (error.retryIn() != null) {
            BigDecimal seconds =
                    BigDecimal.valueOf(error.retryIn().toNanos(), 9).stripTrailingZeros();
            details.addObject().put("@type", TYPES + "RetryInfo").put("retryDelay", seconds.toPlainString() + "s");
        }
        if (!details.isEmpty()) {
            inner.set("details", details);
        }
        return body.toString();
    }

    private static void reason(ArrayNode details, int status, String code) {
        if (status != 429) {
            details.addObject()
                    .put("@type", TYPES + "ErrorInfo")
                    .put("reason", code)
                    .put("domain", "googleapis.com");
            return;
        }
        ObjectNode failure = details.addObject().put("@type", TYPES + "QuotaFailure");
        failure.putArray("violations")
                .addObject()
                .put("quotaMetric", "generativelanguage.googleapis.com/generate_content_requests")
                .put("quotaId", code)
                .put("quotaValue", "10");
        ObjectNode help = details.addObject().put("@type", TYPES + "Help");
        help.putArray("links")
                .addObject()
                .put("description", "Learn more about Gemini API quotas")
                .put("url", "https://ai.google.dev/gemini-api/docs/rate-limits");
    }
}
