package dev.millrace.api.job;

import dev.millrace.api.page.Parameters;
import dev.millrace.api.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/// How long a caller would wait for a job, and for what.
///
/// @param upTo from `Prefer: wait=N` (RFC 7240), at most a minute; zero where it is absent or can't be read
/// @param afterSequence from `?after_sequence=S`: the wait ends once the job has passed it; absent, once the job ends
record Preference(Duration upTo, OptionalInt afterSequence) {

    private static final int MOST_SECONDS = 60;
    private static final Pattern WAIT =
            Pattern.compile("(?i)(?:^|[,;])\\s*wait\\s*=\\s*\"?(\\d{1,9})\"?\\s*(?=$|[,;])");

    /// @throws Problem 400 if `after_sequence` is no number
    static Preference of(HttpServletRequest request) {
        return new Preference(wait(request), afterSequence(request));
    }

    private static Duration wait(HttpServletRequest request) {
        var headers = request.getHeaders("Prefer");
        while (headers.hasMoreElements()) {
            var wait = WAIT.matcher(headers.nextElement());
            if (wait.find()) {
                return Duration.ofSeconds(Math.min(MOST_SECONDS, Long.parseLong(wait.group(1))));
            }
        }
        return Duration.ZERO;
    }

    private static OptionalInt afterSequence(HttpServletRequest request) {
        var value = Optional.ofNullable(Parameters.raw(request).get("after_sequence"));
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        var text = value.get()[0];
        if (value.get().length != 1 || !text.matches("\\d{1,9}")) {
            throw Problem.invalid("after_sequence", "invalid_value", "'after_sequence' must be a number.");
        }
        return OptionalInt.of(Integer.parseInt(text));
    }
}
