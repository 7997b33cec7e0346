package dev.millrace.simulator.desk;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A refusal, before a wire format has given it its shape.
///
/// @param status HTTP status
/// @param param  the parameter at fault, where there is one
/// @param retryIn when to come back, for formats that say so in the body; null if they are not to
public record ApiError(
        int status,
        String type,
        @Nullable String code,
        @Nullable String param,
        String message,
        @Nullable Duration retryIn) {

    public ApiError(int status, String type, @Nullable String code, @Nullable String param, String message) {
        this(status, type, code, param, message, null);
    }

    public static ApiError invalid(@Nullable String param, String message) {
        return new ApiError(400, "invalid_request_error", null, param, message);
    }

    public static ApiError notFound(String message) {
        return new ApiError(404, "invalid_request_error", null, null, message);
    }

    public ApiError withMessage(String other) {
        return new ApiError(status, type, code, param, other, retryIn);
    }

    public ApiException toException() {
        return new ApiException(this);
    }
}
