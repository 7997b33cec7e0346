package dev.millrace.simulator.anthropic;

import dev.millrace.simulator.desk.ApiError;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.http.RequestHead;

/// The versions of the API.
enum Version {
    V2023_06_01,
    /// Has no sampling parameters.
    V2026_10_21;

    static final String HEADER = "anthropic-version";

    /// The version that the caller asks for.
    ///
    /// @throws ApiException if it asks for none, or for one that there is not
    static Version of(RequestHead head) throws ApiException {
        String version = head.header(HEADER);
        if (version == null) {
            throw ApiError.invalid(null, HEADER + ": header is required").toException();
        }
        return switch (version) {
            case "2023-06-01" -> V2023_06_01;
            case "2026-10-21" -> V2026_10_21;
            default ->
                throw ApiError.invalid(null, HEADER + ": \"" + version + "\" is not a valid version")
                        .toException();
        };
    }
}
