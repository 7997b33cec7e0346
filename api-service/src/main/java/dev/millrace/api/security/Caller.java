package dev.millrace.api.security;

import dev.millrace.access.Limits;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;

/// Who asks: the project whose key came with the request.
///
/// @param key the id of that key
/// @param limits of the project, as of a few seconds ago
public record Caller(UUID project, UUID key, Limits limits) {

    private static final String ATTRIBUTE = Caller.class.getName();

    /// The caller of a request that passed the [Gate].
    public static Caller of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Caller caller) {
            return caller;
        }
        throw new IllegalStateException("A request came past the gate: " + request.getRequestURI());
    }

    void belongTo(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }
}
