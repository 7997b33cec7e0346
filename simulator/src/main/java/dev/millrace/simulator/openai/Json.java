package dev.millrace.simulator.openai;

import dev.millrace.simulator.desk.ApiError;
import dev.millrace.simulator.desk.ApiException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads JSON bodies and complains in OpenAI's words.
final class Json {

    static final JsonMapper MAPPER = new JsonMapper();

    private Json() {}

    static JsonNode object(byte[] body) throws ApiException {
        try {
            JsonNode tree = MAPPER.readTree(body);
            if (tree != null && tree.isObject()) {
                return tree;
            }
        } catch (JacksonException e) {
            // The caller gets the same answer as for JSON that is no object.
        }
        throw unreadable();
    }

    static ApiException unreadable() {
        return ApiError.invalid(
                        null,
                        "We could not parse the JSON body of your request. The API expects a JSON object with a"
                                + " Content-Type of application/json.")
                .toException();
    }

    static ApiException missing(String param) {
        return new ApiError(
                        400,
                        "invalid_request_error",
                        "missing_required_parameter",
                        param,
                        "Missing required parameter: '" + param + "'.")
                .toException();
    }

    static ApiException wrongType(String param, String expected) {
        return new ApiError(
                        400,
                        "invalid_request_error",
                        "invalid_type",
                        param,
                        "Invalid type for '" + param + "': expected " + expected + ".")
                .toException();
    }

    static ApiException wrongValue(String param, String expected) {
        return new ApiError(
                        400,
                        "invalid_request_error",
                        "invalid_value",
                        param,
                        "Invalid value for '" + param + "': expected " + expected + ".")
                .toException();
    }
}
