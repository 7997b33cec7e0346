package dev.millrace.api.security;

import dev.millrace.api.http.RequestId;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.problem.Problems;
import dev.millrace.settings.MillraceSettings;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.slf4j.MDC;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/// What every request passes, in this order: it gets its name, its size is judged, its key is judged, it gets a place.
/// Nothing is parsed before. All paths need a key but those named here, letter by letter, so that no spelling of a path
/// gets around it.
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class Gate implements Filter {

    private static final Set<String> OPEN = Set.of("/livez", "/readyz", "/v1/openapi.json");

    /// Calls that are answered at once. A chat may hold pictures, and so may be larger than a job.
    private static final Set<String> INTERACTIVE =
            Set.of("/v1/chat/completions", "/v1/embeddings", "/v1/images/generations");

    private final KeyRing keys;
    private final OpenRequests open;
    private final Problems problems;
    private final RequestTimes times;
    private final long mostBody;
    private final long mostChat;

    Gate(KeyRing keys, OpenRequests open, Problems problems, RequestTimes times, MillraceSettings settings) {
        this.keys = keys;
        this.open = open;
        this.problems = problems;
        this.times = times;
        this.mostBody = settings.accept().mostBody().toBytes();
        this.mostChat = settings.chat().mostBody().toBytes();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        pass((HttpServletRequest) request, (HttpServletResponse) response, chain);
    }

    private void pass(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException {
        long startedAt = System.nanoTime();
        var id = RequestId.next();
        response.setHeader(RequestId.HEADER, id);
        MDC.put("request_id", id);
        try {
            ClientRequestId.of(request).ifPresent(theirs -> MDC.put("client_request_id", theirs));
            long most = INTERACTIVE.contains(request.getRequestURI()) ? mostChat : mostBody;
            if (request.getContentLengthLong() > most) {
                throw Problem.tooLarge(most);
            }
            if (OPEN.contains(request.getRequestURI())) {
                chain.doFilter(new AnyAnswer(request), response);
            } else {
                var caller = caller(request);
                caller.belongTo(request);
                MDC.put("project_id", caller.project().toString());
                try (var _ = open.enter(caller.project())) {
                    chain.doFilter(request, response);
                }
            }
        } catch (RuntimeException | ServletException | IOException failure) {
            problems.answer(request, response, failure);
        } finally {
            times.record(request, response, startedAt);
            MDC.clear();
        }
    }

    private Caller caller(HttpServletRequest request) {
        var key = BearerToken.of(request.getHeader("Authorization"))
                .orElseThrow(() -> Problem.refused(
                                401,
                                null,
                                "invalid_api_key",
                                "An API key is needed: send it as 'Authorization: Bearer <key>'.")
                        .with("www-authenticate", "Bearer"));
        return keys.caller(key, INTERACTIVE.contains(request.getRequestURI()))
                .orElseThrow(() -> Problem.refused(401, null, "invalid_api_key", "This API key is not valid.")
                        .with("www-authenticate", "Bearer"));
    }
}
