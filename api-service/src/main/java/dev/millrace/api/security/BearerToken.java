package dev.millrace.api.security;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The credential in an `Authorization` header (RFC 6750, section 2.1).
public final class BearerToken {

    private static final String SCHEME = "Bearer ";

    private BearerToken() {}

    /// @return empty if there is no header or another scheme in it
    public static Optional<String> of(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        return Optional.of(authorization.substring(SCHEME.length()).strip());
    }
}
