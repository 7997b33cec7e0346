package dev.millrace.api.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/// A request to what the framework serves, which would refuse it for an `Accept` that it can't meet; whoever asks for
/// health gets it.
final class AnyAnswer extends HttpServletRequestWrapper {

    AnyAnswer(HttpServletRequest request) {
        super(request);
    }

    @Override
    public @Nullable String getHeader(String name) {
        return name.equalsIgnoreCase("accept") ? null : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return name.equalsIgnoreCase("accept") ? Collections.emptyEnumeration() : super.getHeaders(name);
    }
}
