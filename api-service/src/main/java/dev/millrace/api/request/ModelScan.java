package dev.millrace.api.request;

import dev.millrace.api.problem.Problem;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The `model` of a body that is judged member by member.
public final class ModelScan {

    private static final int LONGEST = 256;

    private @Nullable String model;

    /// Reads the member's value.
    ///
    /// @throws Problem 400 if it is no name
    public void read(JsonParser parser) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        var text = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getString() : "";
        if (text.isEmpty()
                || text.length() > LONGEST
                || text.codePoints()
                        .anyMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE)) {
            throw Problem.invalid("model", "invalid_value", "'model' must be the name of a model.");
        }
        model = text;
    }

    /// @throws Problem 400 if there was none
    public String require() {
        var name = model;
        if (name == null) {
            throw Problem.invalid("model", "missing_required_parameter", "'model' is missing.");
        }
        return name;
    }
}
