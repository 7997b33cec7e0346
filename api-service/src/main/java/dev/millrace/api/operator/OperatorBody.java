package dev.millrace.api.operator;

import dev.millrace.api.http.Body;
import dev.millrace.api.http.StrictJson;
import dev.millrace.api.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Reads the small JSON objects that an operator sends.
final class OperatorBody {

    private static final int MOST_BYTES = 64 * 1024;

    private final StrictJson json;

    OperatorBody(StrictJson json) {
        this.json = json;
    }

    /// @param known the members that it may have
    /// @throws Problem 400 for anything else
    JsonNode read(HttpServletRequest request, Set<String> known) throws IOException {
        var body = Body.read(request, MOST_BYTES).orElseThrow(() -> Problem.tooLarge(MOST_BYTES));
        JsonNode tree;
        try {
            tree = json.tree(body);
        } catch (JacksonException broken) {
            throw Problem.invalid(null, "invalid_json", "The body is not valid JSON: " + StrictJson.objection(broken));
        }
        if (!tree.isObject()) {
            throw Problem.invalid(null, "invalid_json", "The body must be a JSON object.");
        }
        tree.propertyNames().forEach(name -> {
            if (!known.contains(name)) {
                throw Problem.invalid(name, "unknown_parameter", "Unknown parameter: '" + name + "'.");
            }
        });
        return tree;
    }

    /// A text that must be there.
    static String text(JsonNode body, String name) {
        var value = body.get(name);
        if (value == null || value.isNull()) {
            throw Problem.invalid(name, "missing_required_parameter", "'" + name + "' is missing.");
        }
        if (!value.isString() || value.stringValue().isBlank()) {
            throw Problem.invalid(name, "invalid_value", "'" + name + "' must be a text that is not empty.");
        }
        return value.stringValue();
    }
}
