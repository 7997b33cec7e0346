package dev.millrace.api.problem;

import dev.millrace.api.http.Answer;
import dev.millrace.api.http.Body;
import dev.millrace.api.http.RequestId;
import dev.millrace.database.Failures;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import tools.jackson.core.JsonGenerator;

/// Turns whatever was thrown into an error in the OpenAI shape, `{"error": {message, type, param, code}}`, for our own
/// code and for the framework's alike.
public final class Problems implements HandlerExceptionResolver, Ordered {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE + 1;
    }

    @Override
    public ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        try {
            answer(request, response, failure);
        } catch (IOException callerGone) {
            log.debug("The caller went away before its error was written", callerGone);
        }
        return new ModelAndView();
    }

    /// Answers with the error that a failure comes to. What has begun to leave can't be taken back; then the connection
    /// is cut, so that the caller does not take a part for the whole.
    public void answer(HttpServletRequest request, HttpServletResponse response, Throwable failure) throws IOException {
        if (response.isCommitted()) {
            if (failure instanceof IOException callerGone) {
                throw callerGone;
            }
            log.error(
                    "{} {} failed in the middle of its answer", request.getMethod(), request.getRequestURI(), failure);
            throw new IOException(failure);
        }
        write(response, of(request, failure));
    }

    private static Problem of(HttpServletRequest request, Throwable failure) {
        var cause = failure instanceof ServletException servlet && servlet.getRootCause() != null
                ? servlet.getRootCause()
                : failure;
        return switch (cause) {
            case Problem problem -> problem;
            case HttpRequestMethodNotSupportedException method -> methodNotAllowed(method);
            case ErrorResponse framework -> ofStatus(framework.getStatusCode().value());
            case RuntimeException database when Failures.unreachable(database) -> Problem.databaseAway();
            case Body.TooSlowException slow -> Problem.tooSlow();
            case IOException broken -> {
                log.debug("A request broke off", broken);
                yield Problem.invalid(null, "incomplete_body", "The request ended before its body did.");
            }
            default -> {
                log.error("{} {} failed", request.getMethod(), request.getRequestURI(), cause);
                yield ofStatus(500);
            }
        };
    }

    private static Problem methodNotAllowed(HttpRequestMethodNotSupportedException failure) {
        var methods = failure.getSupportedMethods() == null ? new String[0] : failure.getSupportedMethods();
        return Problem.methodNotAllowed(methods);
    }

    /// The error for what the container decided on, and the failure that made it.
    static Problem ofContainer(int status, @Nullable Object failure) {
        boolean silent = failure instanceof Throwable broken
                && (broken instanceof SocketTimeoutException || broken.getCause() instanceof SocketTimeoutException);
        return status == 400 && silent ? Problem.tooSlow() : ofStatus(status);
    }

    /// The error for a status that the framework or the container decided on.
    static Problem ofStatus(int status) {
        return switch (status) {
            case 404 -> Problem.noSuchPath();
            case 405 -> Problem.refused(405, null, "method_not_allowed", "This address does not take this method.");
            case 413 -> Problem.refused(413, null, "body_too_large", "The body is too large.");
            case 415 ->
                Problem.refused(415, null, "unsupported_media_type", "The body must be sent as application/json.");
            case 431 -> Problem.refused(431, null, "headers_too_large", "The request's headers are too large.");
            default ->
                status >= 400 && status < 500
                        ? Problem.refused(status, null, "bad_request", "The request can't be understood.")
                        : Problem.server(500, "internal_error", "Something went wrong on our side.", true);
        };
    }

    static void write(HttpServletResponse response, Problem problem) throws IOException {
        response.resetBuffer();
        if (response.getHeader(RequestId.HEADER) == null) {
            // Refused before it came to where requests get their names.
            response.setHeader(RequestId.HEADER, RequestId.next());
        }
        problem.headers().forEach(response::setHeader);
        Answer.bytes(response, problem.status(), body(problem));
    }

    /// The error's JSON.
    public static byte[] body(Problem problem) {
        return Answer.write(to -> {
            to.writeStartObject();
            to.writeName("error");
            to.writeStartObject();
            to.writeStringProperty("message", problem.message());
            to.writeStringProperty("type", problem.type());
            textOrNull(to, "param", problem.param());
            textOrNull(to, "code", problem.code());
            to.writeEndObject();
            to.writeEndObject();
        });
    }

    private static void textOrNull(JsonGenerator to, String name, @Nullable String text) {
        if (text == null) {
            to.writeNullProperty(name);
        } else {
            to.writeStringProperty(name, text);
        }
    }
}
