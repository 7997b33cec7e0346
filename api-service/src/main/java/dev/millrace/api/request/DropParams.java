package dev.millrace.api.request;

import dev.millrace.api.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The parameters that may be left out where a target does not have them: `x-millrace-drop-params: seed, logprobs`,
/// together with the route's own.
public final class DropParams {

    static final String HEADER = "x-millrace-drop-params";
    private static final int MOST = 64;
    private static final int LONGEST = 100;

    private DropParams() {}

    /// @throws Problem 400 if the header names too many
    public static Set<String> of(HttpServletRequest request, Collection<String> route) {
        return of(request.getHeader(HEADER), route);
    }

    static Set<String> of(@Nullable String header, Collection<String> route) {
        if (header == null) {
            return Set.copyOf(route);
        }
        var names = new HashSet<>(route);
        var given = header.split(",", MOST + 1);
        for (var name : given) {
            var plain = name.strip();
            if (plain.length() > LONGEST || given.length > MOST) {
                throw Problem.invalid(
                        HEADER,
                        "invalid_value",
                        "'" + HEADER + "' must be a list of up to " + MOST + " parameters, parted by commas.");
            }
            if (!plain.isEmpty()) {
                names.add(plain);
            }
        }
        return Set.copyOf(names);
    }
}
