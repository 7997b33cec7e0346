package dev.millrace.api.operator;

import dev.millrace.access.RateLimits;
import dev.millrace.api.problem.Problem;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/// Limits per minute as an operator sends and reads them.
final class PerMinute {

    static final String REQUESTS = "requests_per_minute";
    static final String TOKENS = "tokens_per_minute";

    private static final long MOST = 1_000_000_000;

    private PerMinute() {}

    static OptionalLong requests(JsonNode body) {
        return optional(body, REQUESTS);
    }

    static OptionalLong tokens(JsonNode body) {
        return optional(body, TOKENS);
    }

    /// Absent where the member is, or is null.
    private static OptionalLong optional(JsonNode body, String name) {
        var value = body.get(name);
        if (value == null || value.isNull()) {
            return OptionalLong.empty();
        }
        if (value.isIntegralNumber()
                && value.canConvertToLong()
                && value.longValue() >= 1
                && value.longValue() <= MOST) {
            return OptionalLong.of(value.longValue());
        }
        throw Problem.invalid(
                name, "invalid_value", "'" + name + "' must be a whole number from 1 to " + MOST + ", or null.");
    }

    static void write(JsonGenerator to, RateLimits limits) {
        write(to, REQUESTS, limits.requestsPerMinute());
        write(to, TOKENS, limits.tokensPerMinute());
    }

    private static void write(JsonGenerator to, String name, OptionalLong limit) {
        to.writeName(name);
        if (limit.isPresent()) {
            to.writeNumber(limit.getAsLong());
        } else {
            to.writeNull();
        }
    }
}
