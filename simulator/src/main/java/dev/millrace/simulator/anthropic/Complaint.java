package dev.millrace.simulator.anthropic;

import dev.millrace.simulator.desk.ApiError;
import dev.millrace.simulator.desk.ApiException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads JSON and complains in Anthropic's words: always a 400 whose message begins with where the fault is.
final class Complaint {

    private static final JsonMapper MAPPER = new JsonMapper();

    private Complaint() {}

    static JsonNode object(byte[] body) throws ApiException {
        try {
            JsonNode tree = MAPPER.readTree(body);
            if (tree != null && tree.isObject()) {
                return tree;
            }
        } catch (JacksonException e) {
            // The caller gets the same answer as for JSON that is no object.
        }
        throw of("The request body is not valid JSON");
    }

    static ApiException of(String message) {
        return ApiError.invalid(null, message).toException();
    }

    static ApiException missing(String at) {
        return of(at + ": Field required");
    }

    static ApiException extra(String at) {
        return of(at + ": Extra inputs are not permitted");
    }

    static ApiException wrong(String at, String expected) {
        return of(at + ": Input should be " + expected);
    }

    /// The string at this place.
    ///
    /// @throws ApiException if there is none, or an empty one
    static String text(JsonNode parent, String field, String at) throws ApiException {
        JsonNode value = parent.path(field);
        if (value.isMissingNode() || value.isNull()) {
            throw missing(at + field);
        }
        if (!value.isString() || value.stringValue().isEmpty()) {
            throw wrong(at + field, "a valid string of at least 1 character");
        }
        return value.stringValue();
    }
}
