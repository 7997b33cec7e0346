package dev.millrace.simulator.desk;

import org.jspecify.annotations.Nullable;

/// A refusal, before a wire format has given it its shape.
///
/// @param status HTTP status
/// @param param  the parameter at fault, where there is one
public record ApiError(
        int status,
        String type,
        @Nullable String code,
        @Nullable String param,
        String message) {

    public static ApiError invalid(@Nullable String param, String message) {
        return new ApiError(400, "invalid_request_error", null, param, message);
    }

    public static ApiError notFound(String message) {
        return new ApiError(404, "invalid_request_error", null, null, message);
    }

    public ApiException toException() {
        return new ApiException(this);
    }
}
