package dev.millrace.api.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/// What a caller calls its own request, for the logs: printable ASCII of up to 512 characters; anything else is
/// ignored, since it would be written into a log.
final class ClientRequestId {

    private static final int LONGEST = 512;

    private ClientRequestId() {}

    static Optional<String> of(HttpServletRequest request) {
        return Optional.ofNullable(request.getHeader("X-Client-Request-Id"))
                .filter(id -> !id.isEmpty() && id.length() <= LONGEST)
                .filter(id -> id.chars().allMatch(c -> c >= 0x20 && c < 0x7f));
    }
}
