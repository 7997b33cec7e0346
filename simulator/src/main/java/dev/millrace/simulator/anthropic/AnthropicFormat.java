package dev.millrace.simulator.anthropic;

import dev.millrace.simulator.desk.ApiError;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Header;
import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.desk.WireFormat;
import dev.millrace.simulator.http.Query;
import dev.millrace.simulator.http.RequestHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Anthropic's wire format under `/v1`: messages, token counts and models, in both API versions.
public final class AnthropicFormat implements WireFormat {

    private static final String MESSAGES = "/v1/messages";
    private static final String MODELS = "/v1/models";

    @Override
    public String name() {
        return "anthropic";
    }

    @Override
    public @Nullable Endpoint endpoint(RequestHead head, String path) {
        if (head.method().equals("POST")) {
            return switch (path) {
                case MESSAGES -> MessagesEndpoint.CREATE;
                case MESSAGES + "/count_tokens" -> MessagesEndpoint.COUNT;
                default -> null;
            };
        }
        // The list of models stands where OpenAI has its own; callers of Anthropic always say the version.
        if (!head.method().equals("GET") || head.header(Version.HEADER) == null) {
            return null;
        }
        if (path.equals(MODELS)) {
            return ModelsEndpoint.LIST;
        }
        String model = path.startsWith(MODELS + "/") ? path.substring(MODELS.length() + 1) : "";
        return model.isEmpty() || model.indexOf('/') >= 0 ? null : new ModelsEndpoint(Query.decodeSegment(model));
    }

    @Override
    public boolean claims(RequestHead head, String path) {
        return head.header(Version.HEADER) != null || path.startsWith(MESSAGES);
    }

    @Override
    public @Nullable String key(RequestHead head) {
        String bearer = head.bearerToken();
        return bearer == null ? head.header("x-api-key") : bearer;
    }

    @Override
    public String requestIdHeader() {
        return "request-id";
    }

    @Override
    public String errorBody(ApiError error, String requestId) {
        StringBuilder body = new StringBuilder("{\"type\":\"error\",\"error\":{\"type\":");
        JsonText.quote(body, type(error)).append(",\"message\":");
        JsonText.quote(body, error.message()).append("},\"request_id\":");
        return JsonText.quote(body, requestId).append('}').toString();
    }

    @Override
    public String errorEvent(ApiError error, String requestId) {
        return "event: error\ndata: " + errorBody(error, requestId) + "\n\n";
    }

    /// Complaints that know nothing of the format carry the type of a 400.
    private static String type(ApiError error) {
        return error.type().equals("invalid_request_error") ? typeOf(error.status()) : error.type();
    }

    private static String typeOf(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 409 -> "conflict_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 504 -> "timeout_error";
            case 529 -> "overloaded_error";
            default -> status >= 500 ? "api_error" : "invalid_request_error";
        };
    }

    @Override
    public ApiError errorOf(int status) {
        return error(
                status,
                switch (status) {
                    case 401 -> "invalid x-api-key";
                    case 402 -> "There is an issue with your billing or payment information.";
                    case 403 -> "Request not allowed";
                    case 404 -> "Not found";
                    case 413 -> "Request exceeds the maximum size";
                    case 429 -> "This request would exceed your organization's rate limit.";
                    case 504 -> "The request timed out.";
                    case 529 -> "Overloaded";
                    default -> status >= 500 ? "Internal server error" : "The request was refused.";
                });
    }

    @Override
    public @Nullable ApiError errorNamed(String name) {
        return switch (name) {
            case "invalid_api_key" -> errorOf(401);
            case "insufficient_quota" ->
                error(400, "You have reached your specified API usage limits. You will regain access on 2099-01-01.");
            case "billing_error" -> errorOf(402);
            case "rate_limit_exceeded" -> errorOf(429);
            case "model_not_found" -> error(404, "model: no such model");
            case "context_length_exceeded" -> error(400, "prompt is too long: 210000 tokens > 200000 maximum");
            case "content_refused", "moderation_blocked" -> error(400, "Output blocked by content filtering policy");
            case "unsupported_parameter" -> error(400, "`temperature` is deprecated for this model.");
            case "region" -> errorOf(403);
            case "overloaded" -> errorOf(529);
            case "server_error" -> errorOf(500);
            default -> null;
        };
    }

    private static ApiError error(int status, String message) {
        return new ApiError(status, typeOf(status), null, null, message);
    }

    @Override
    public ApiError keyError(RequestHead head, String print) {
        return print.isEmpty() ? errorOf(401).withMessage("x-api-key header is required") : errorOf(401);
    }

    @Override
    public List<Header> errorHeaders(ApiError error) {
        return List.of(MessagesEndpoint.ORGANIZATION);
    }
}
