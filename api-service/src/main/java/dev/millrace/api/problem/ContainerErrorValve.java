package dev.millrace.api.problem;

import jakarta.servlet.RequestDispatcher;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers what Tomcat refuses before any of our code sees it, in the one shape instead of Tomcat's page.
final class ContainerErrorValve extends ErrorReportValve {

    private static final Logger log = LoggerFactory.getLogger(ContainerErrorValve.class);

    @Override
    protected void report(Request request, Response response, Throwable failure) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        try {
            Problems.write(
                    response,
                    unreadablePath(request, response)
                            ? Problem.noSuchPath()
                            : Problems.ofContainer(status, request.getAttribute(RequestDispatcher.ERROR_EXCEPTION)));
            response.finishResponse();
        } catch (IOException | IllegalStateException callerGone) {
            log.debug("An error could not be answered", callerGone);
        }
    }

    /// A path with an encoded slash, a NUL or the like names nothing that is served here. Tomcat answers it with a 400
    /// and a message, before it has found a context; other requests that it can't read get no message.
    private static boolean unreadablePath(Request request, Response response) {
        return response.getStatus() == 400 && request.getContext() == null && response.getMessage() != null;
    }
}
