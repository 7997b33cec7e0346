package dev.millrace.simulator.desk;

import dev.millrace.simulator.http.RequestHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A provider's wire format: which paths it has, where keys stand, what errors look like.
///
/// Behaviours, holds and the ledger know nothing of formats; a new format is a new implementation of this and its
/// endpoints.
public interface WireFormat {

    /// As the ledger names it.
    String name();

    /// The endpoint for a request line, or null if the format has no such path.
    @Nullable
    Endpoint endpoint(RequestHead head, String path);

    /// The caller's key, or null if there is none.
    @Nullable
    String key(RequestHead head);

    /// Whether a request for a path that no format has is one of this format's callers, who is to get its error.
    default boolean claims(RequestHead head, String path) {
        return false;
    }

    /// The name of the header that carries the request's id; null if the format has none.
    @Nullable
    String requestIdHeader();

    /// An error's body.
    String errorBody(ApiError error, String requestId);

    /// An error as an event in a stream.
    String errorEvent(ApiError error, String requestId);

    /// The usual error for a status.
    ApiError errorOf(int status);

    /// An error by its name, such as `insufficient_quota`; null if the format has none of this name.
    @Nullable
    ApiError errorNamed(String name);

    /// The refusal of a key.
    ///
    /// @param print the key's print; empty if none was sent
    default ApiError keyError(RequestHead head, String print) {
        ApiError named = errorNamed("invalid_api_key");
        return (named == null ? errorOf(401) : named)
                .withMessage(
                        print.isEmpty()
                                ? "You didn't provide an API key."
                                : "Incorrect API key provided: " + print + ".");
    }

    /// Further headers that belong to an error.
    default List<Header> errorHeaders(ApiError error) {
        return List.of();
    }
}
