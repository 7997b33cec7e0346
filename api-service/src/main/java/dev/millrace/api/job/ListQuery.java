package dev.millrace.api.job;

import dev.millrace.api.page.Parameters;
import dev.millrace.api.problem.Problem;
import dev.millrace.job.JobFilter;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.JobStatus;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Optional;

/// The query of `GET /v1/jobs`.
final class ListQuery {

    private static final int MOST_PAIRS = 16;

    private ListQuery() {}

    /// @throws Problem 400 that names the parameter
    static JobFilter of(HttpServletRequest request) {
        Optional<JobKind> kind = Optional.empty();
        Optional<JobStatus> status = Optional.empty();
        Optional<JobId> after = Optional.empty();
        int limit = Parameters.USUAL_LIMIT;
        var metadata = new LinkedHashMap<String, String>();
        for (var parameter : Parameters.of(request).entrySet()) {
            var name = parameter.getKey();
            var value = parameter.getValue();
            switch (name) {
                case "kind" -> kind = Optional.of(kind(value));
                case "status" -> status = Optional.of(status(value));
                case "after" -> after = Optional.of(after(value));
                case "limit" -> limit = Parameters.limit(value);
                default -> metadata.put(metadataKey(name), storable(name, value));
            }
        }
        if (metadata.size() > MOST_PAIRS) {
            throw Problem.invalid(
                    "metadata", "too_many_pairs", "Not more than " + MOST_PAIRS + " pairs can be asked for.");
        }
        return new JobFilter(kind, status, metadata, after, limit);
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

    private static String metadataKey(String name) {
        if (name.startsWith("metadata[") && name.endsWith("]") && name.length() > "metadata[]".length()) {
            return storable(name, name.substring("metadata[".length(), name.length() - 1));
        }
        throw Parameters.unknown(name);
    }

    /// The database takes no NUL.
    private static String storable(String name, String text) {
        if (text.indexOf('\0') >= 0) {
            throw Problem.invalid(name, "invalid_value", "'" + name.replace("\0", "") + "' must not hold a NUL.");
        }
        return text;
    }
}
