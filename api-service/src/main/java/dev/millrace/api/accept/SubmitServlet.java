package dev.millrace.api.accept;

import dev.millrace.api.problem.Problem;
import dev.millrace.api.request.Requests;
import dev.millrace.api.security.Caller;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.servlet.HandlerMapping;

/// `POST /v1/jobs`: 202 with the job, once it is committed. The one hot path of this service is a servlet of its own,
/// before the framework's dispatcher, which would cost as much as reading and judging the submission does; whatever
/// else is sent to this address goes on to the dispatcher.
final class SubmitServlet extends HttpServlet {

    static final String PATH = "/v1/jobs";

    private static final long serialVersionUID = 1;

    private final SubmissionBodies bodies;
    private final SubmissionReader reader;
    private final Intake intake;
    private final RefusalCounts refusals;
    private final Servlet others;

    SubmitServlet(
            SubmissionBodies bodies, SubmissionReader reader, Intake intake, RefusalCounts refusals, Servlet others) {
        this.bodies = bodies;
        this.reader = reader;
        this.intake = intake;
        this.refusals = refusals;
        this.others = others;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        switch (request.getMethod()) {
            case "POST" -> {
                request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, PATH);
                try {
                    submit(request, response);
                } catch (Problem refused) {
                    refusals.count(refused);
                    throw refused;
                }
            }
            case "GET", "HEAD" -> others.service(request, response);
            default -> throw Problem.methodNotAllowed("GET", "HEAD", "POST");
        }
    }

    private void submit(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Requests.requireJson(request);
        long began = System.nanoTime();
        intake.admit(Caller.of(request));
        long waited = System.nanoTime() - began;
        bodies.serve(request, body -> {
            // A body that is long on its way takes none of the time to answer; the wait for its turn does.
            long cameAt = System.nanoTime() - waited;
            intake.answer(request, response, reader.read(body), body, cameAt);
        });
    }
}
