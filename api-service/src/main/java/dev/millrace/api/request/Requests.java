package dev.millrace.api.request;

import dev.millrace.api.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.regex.Pattern;

/// What a request says of itself beside its body.
public final class Requests {

    private static final Pattern RESPOND_ASYNC = Pattern.compile("(?i)(?:^|[,;])\\s*respond-async\\s*(?=$|[,;])");

    private Requests() {}

    /// @throws Problem 415 for a body that says it is no JSON
    public static void requireJson(HttpServletRequest request) {
        var type = request.getContentType();
        if (type != null && !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw Problem.refused(
                    415,
                    null,
                    "unsupported_media_type",
                    "The body must be sent as application/json, not " + type + ".");
        }
    }

    /// Whether the caller would rather have a job (RFC 7240, section 4.1).
    public static boolean respondAsync(HttpServletRequest request) {
        var headers = request.getHeaders("Prefer");
        while (headers.hasMoreElements()) {
            if (RESPOND_ASYNC.matcher(headers.nextElement()).find()) {
                return true;
            }
        }
        return false;
    }
}
