package dev.millrace.api.call;

import dev.millrace.api.problem.Problem;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.servlet.HandlerMapping;

/// Takes the calls of one address. It stands before the framework's dispatcher, which would cost as much as all that is
/// done here for a call.
public abstract class CallServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    private final String path;

    protected CallServlet(String path) {
        this.path = path;
    }

    @Override
    protected final void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!request.getMethod().equals("POST")) {
            throw Problem.methodNotAllowed("POST");
        }
        // As the dispatcher would, for whoever measures requests by their route.
        request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, path);
        call(request, response, System.nanoTime());
    }

    /// @throws Problem where the call is refused, or no deployment answers
    protected abstract void call(HttpServletRequest request, HttpServletResponse response, long startedNanos)
            throws IOException;
}
