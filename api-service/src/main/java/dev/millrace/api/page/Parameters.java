package dev.millrace.api.page;

import dev.millrace.api.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;

/// The parameters of a query. One that is not known is refused by those who read them: a filter with a typing error
/// would otherwise show everything.
public final class Parameters {

    /// Items in a page where nothing is said.
    public static final int USUAL_LIMIT = 20;

    private static final int MOST = 100;

    private Parameters() {}

    /// All of them, each of which may be given once.
    ///
    /// @throws Problem 400 that names the parameter
    public static Map<String, String> of(HttpServletRequest request) {
        var values = new LinkedHashMap<String, String>();
        raw(request).forEach((name, given) -> {
            if (given.length != 1) {
                throw Problem.invalid(name, "repeated_parameter", "'" + name + "' may be given once.");
            }
            values.put(name, given[0]);
        });
        return values;
    }

    /// All of them, as often as they were given.
    ///
    /// @throws Problem 400 if they can't be decoded
    public static Map<String, String[]> raw(HttpServletRequest request) {
        try {
            return request.getParameterMap();
        } catch (IllegalStateException broken) {
            // The container could not decode them.
            throw Problem.invalid(null, "invalid_query", "The query of this address can't be read.");
        }
    }

    /// How many items a page may have, from 1 to 100.
    ///
    /// @throws Problem 400 that names `limit`
    public static int limit(String value) {
        if (value.matches("\\d{1,4}")) {
            int limit = Integer.parseInt(value);
            if (limit >= 1 && limit <= MOST) {
                return limit;
            }
        }
        throw Problem.invalid("limit", "invalid_value", "'limit' must be a number from 1 to " + MOST + ".");
    }

    public static Problem unknown(String name) {
        return Problem.invalid(name, "unknown_parameter", "Unknown parameter: '" + name + "'.");
    }
}
