package dev.millrace.simulator.gemini;

import dev.millrace.simulator.desk.ApiError;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.desk.WireFormat;
import dev.millrace.simulator.http.RequestHead;
import org.jspecify.annotations.Nullable;

/// Where service accounts get their tokens; its errors are OAuth's, not Google's.
public final class OAuthFormat implements WireFormat {

    @Override
    public String name() {
        return "oauth";
    }

    @Override
    public @Nullable Endpoint endpoint(RequestHead head, String path) {
        return head.method().equals("POST") && path.equals(TokenEndpoint.PATH) ? TokenEndpoint.INSTANCE : null;
    }

    @Override
    public @Nullable String key(RequestHead head) {
        return null;
    }

    @Override
    public @Nullable String requestIdHeader() {
        return null;
    }

    @Override
    public String errorBody(ApiError error, String requestId) {
        return "{\"error\":" + JsonText.quoted(error.code() == null ? "invalid_request" : error.code())
                + ",\"error_description\":" + JsonText.quoted(error.message()) + "}";
    }

    @Override
    public String errorEvent(ApiError error, String requestId) {
        return "data: " + errorBody(error, requestId) + "\n\n";
    }

    @Override
    public ApiError errorOf(int status) {
        String code = status >= 500 ? "internal_failure" : "invalid_request";
        return new ApiError(status, code, code, null, "The token could not be given.");
    }

    @Override
    public @Nullable ApiError errorNamed(String name) {
        return switch (name) {
            case "invalid_api_key", "invalid_grant" ->
                new ApiError(400, "invalid_grant", "invalid_grant", null, "Invalid JWT Signature.");
            case "server_error" -> errorOf(500);
            default -> null;
        };
    }
}
