package dev.millrace.api.call;

import dev.millrace.routing.Deployment;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The headers that say where an answer came from.
public final class Origin {

    public static final String DROPPED = "x-millrace-dropped";

    private Origin() {}

    static Map<String, String> headers(Optional<Deployment> deployment, int attempts, Duration own) {
        var headers = new LinkedHashMap<String, String>();
        if (deployment.isPresent() && attempts > 0) {
            headers.put("x-millrace-provider", plain(deployment.get().provider().name()));
            headers.put("x-millrace-deployment", plain(deployment.get().name()));
        }
        headers.put("x-millrace-attempts", Integer.toString(attempts));
        headers.put("x-millrace-overhead-ms", millis(own));
        return headers;
    }

    /// The parameters that were let go, if any were.
    public static Optional<String> dropped(List<String> parameters) {
        return parameters.isEmpty() ? Optional.empty() : Optional.of(plain(String.join(", ", parameters)));
    }

    private static String millis(Duration time) {
        long micros = time.toNanos() / 1_000;
        return micros / 1_000 + "." + Long.toString(1_000 + micros % 1_000).substring(1);
    }

    /// A model's name may be any text, a header's value may not.
    private static String plain(String text) {
        var plain = new StringBuilder(text.length());
        text.chars().forEach(c -> plain.append(c > 0x20 && c < 0x7f || c == ' ' ? (char) c : '?'));
        return plain.toString();
    }
}
