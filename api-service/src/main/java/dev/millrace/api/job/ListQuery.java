package dev.millrace.api.job;

import dev.millrace.api.problem.Problem;
import dev.millrace.job.JobFilter;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.JobStatus;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The query of `GET /v1/jobs`. A parameter that is not known is refused: a filter with a typing error would otherwise
/// show everything.
final class ListQuery {

    private static final int DEFAULT_LIMIT = 20;
    private static final int MOST = 100;
    private static final int MOST_PAIRS = 16;

    private ListQuery() {}

    /// @throws Problem 400 that names the parameter
    static JobFilter of(HttpServletRequest request) {
        Optional<JobKind> kind = Optional.empty();
        Optional<JobStatus> status = Optional.empty();
        Optional<JobId> after = Optional.empty();
        int limit = DEFAULT_LIMIT;
        var metadata = new LinkedHashMap<String, String>();
        for (var parameter : parameters(request).entrySet()) {
            var name = parameter.getKey();
            var value = single(name, parameter.getValue());
            switch (name) {
                case "kind" -> kind = Optional.of(kind(value));
                case "status" -> status = Optional.of(status(value));
                case "after" -> after = Optional.of(after(value));
                case "limit" -> limit = limit(value, MOST);
                default -> metadata.put(metadataKey(name), storable(name, value));
            }
        }
        if (metadata.size() > MOST_PAIRS) {
            throw Problem.invalid(
                    "metadata", "too_many_pairs", "Not more than " + MOST_PAIRS + " pairs can be asked for.");
        }
        return new JobFilter(kind, status, metadata, after, limit);
    }

    static Map<String, String[]> parameters(HttpServletRequest request) {
        try {
            return request.getParameterMap();
        } catch (IllegalStateException broken) {
            // The container could not decode them.
            throw Problem.invalid(null, "invalid_query", "The query of this address can't be read.");
        }
    }

    private static String single(String name, String[] values) {
        if (values.length != 1) {
            throw Problem.invalid(name, "repeated_parameter", "'" + name + "' may be given once.");
        }
        return values[0];
    }

    private static JobKind kind(String word) {
        try {
            return JobKind.of(word);
        } catch (IllegalArgumentException unknown) {
            throw Problem.invalid("kind", "invalid_value", "'kind' must be \"chat\" or \"video\".");
        }
    }

    private static JobStatus status(String word) {
        try {
            return JobStatus.of(word);
        } catch (IllegalArgumentException unknown) {
            throw Problem.invalid(
                    "status",
                    "invalid_value",
                    "'status' must be queued, running, succeeded, failed, cancelled or expired.");
        }
    }

    private static JobId after(String id) {
        return JobId.parse(id)
                .orElseThrow(() -> Problem.invalid("after", "invalid_value", "'after' must be the id of a job."));
    }

    static int limit(String value, int most) {
        if (value.matches("\\d{1,4}")) {
            int limit = Integer.parseInt(value);
            if (limit >= 1 && limit <= most) {
                return limit;
            }
        }
        throw Problem.invalid("limit", "invalid_value", "'limit' must be a number from 1 to " + most + ".");
    }

    private static String metadataKey(String name) {
        if (name.startsWith("metadata[") && name.endsWith("]") && name.length() > "metadata[]".length()) {
            return storable(name, name.substring("metadata[".length(), name.length() - 1));
        }
        throw Problem.invalid(name, "unknown_parameter", "Unknown parameter: '" + name + "'.");
    }

    /// The database takes no NUL.
    private static String storable(String name, String text) {
        if (text.indexOf('\0') >= 0) {
            throw Problem.invalid(name, "invalid_value", "'" + name.replace("\0", "") + "' must not hold a NUL.");
        }
        return text;
    }
}
