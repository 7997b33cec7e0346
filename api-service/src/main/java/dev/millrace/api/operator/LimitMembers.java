package dev.millrace.api.operator;

import dev.millrace.access.Limits;
import dev.millrace.api.problem.Problem;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/// A project's limits as an operator sends and reads them.
final class LimitMembers {

    private static final String REQUESTS = "requests_per_minute";
    private static final String TOKENS = "tokens_per_minute";
    private static final String JOBS = "jobs_per_minute";
    private static final String STORED = "most_stored_bytes";

    static final Set<String> NAMES = Set.of(REQUESTS, TOKENS, JOBS, STORED);

    private static final long MOST_PER_MINUTE = 1_000_000_000;

    /// As large as a number may be that JavaScript reads exactly.
    private static final long MOST_BYTES = (1L << 53) - 1;

    private LimitMembers() {}

    /// What is there is set, or removed where it is null; what is not there stays.
    ///
    /// @throws Problem 400 that names the member
    static UnaryOperator<Limits> changes(JsonNode body) {
        var requests = member(body, REQUESTS, MOST_PER_MINUTE);
        var tokens = member(body, TOKENS, MOST_PER_MINUTE);
        var jobs = member(body, JOBS, MOST_PER_MINUTE);
        var stored = member(body, STORED, MOST_BYTES);
        return before -> new Limits(
                requests.orElse(before.requestsPerMinute()),
                tokens.orElse(before.tokensPerMinute()),
                jobs.orElse(before.jobsPerMinute()),
                stored.orElse(before.mostStoredBytes()));
    }

    /// @return empty where the member is not there
    private static Optional<OptionalLong> member(JsonNode body, String name, long most) {
        var value = body.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value.isNull()) {
            return Optional.of(OptionalLong.empty());
        }
        if (value.isIntegralNumber()
                && value.canConvertToLong()
                && value.longValue() >= 1
                && value.longValue() <= most) {
            return Optional.of(OptionalLong.of(value.longValue()));
        }
        throw Problem.invalid(
                name, "invalid_value", "'" + name + "' must be a whole number from 1 to " + most + ", or null.");
    }

    static void write(JsonGenerator to, Limits limits) {
        write(to, REQUESTS, limits.requestsPerMinute());
        write(to, TOKENS, limits.tokensPerMinute());
        write(to, JOBS, limits.jobsPerMinute());
        write(to, STORED, limits.mostStoredBytes());
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
