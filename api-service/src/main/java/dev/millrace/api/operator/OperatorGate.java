package dev.millrace.api.operator;

import dev.millrace.access.Secret;
import dev.millrace.api.http.RequestId;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.problem.Problems;
import dev.millrace.api.security.BearerToken;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.regex.Pattern;
import org.slf4j.MDC;

/// What every request to the management port passes. Health and metrics are open there, since the port is this
/// machine's own unless an operator opens it; all else needs the operator's key, and is closed as long as there is
/// none.
/// A project's key opens nothing here.
final class OperatorGate implements Filter {

    /// Letter by letter: what a path may be resolved to elsewhere, such as by its dots, opens nothing.
    private static final Pattern OPEN = Pattern.compile("/actuator/[A-Za-z0-9/-]*");

    private final Secret operatorKey;
    private final Problems problems;

    OperatorGate(Secret operatorKey, Problems problems) {
        this.operatorKey = operatorKey;
        this.problems = problems;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) throws IOException {
        pass((HttpServletRequest) request, (HttpServletResponse) response, chain);
    }

    private void pass(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException {
        var id = RequestId.next();
        response.setHeader(RequestId.HEADER, id);
        MDC.put("request_id", id);
        try {
            if (!OPEN.matcher(request.getRequestURI()).matches()) {
                requireKey(request);
            }
            chain.doFilter(request, response);
        } catch (RuntimeException | ServletException | IOException failure) {
            problems.answer(request, response, failure);
        } finally {
            MDC.clear();
        }
    }

    private void requireKey(HttpServletRequest request) {
        if (operatorKey.isBlank()) {
            throw Problem.refused(
                    403,
                    null,
                    "operator_access_closed",
                    "Operator access is closed: no operator key is configured (millrace.operator-key, or"
                            + " MILLRACE_OPERATOR_KEY in the environment).");
        }
        var key = BearerToken.of(request.getHeader("Authorization")).orElse("");
        if (!MessageDigest.isEqual(hash(key), hash(operatorKey.reveal()))) {
            throw Problem.refused(401, null, "invalid_operator_key", "The operator's key is needed here.")
                    .with("www-authenticate", "Bearer");
        }
    }

    /// Hashed, so that the comparison tells nothing of the key's length either.
    private static byte[] hash(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is part of every JDK", impossible);
        }
    }
}
