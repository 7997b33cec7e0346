package dev.millrace.api.passthrough;

import dev.millrace.api.call.Asked;
import dev.millrace.api.call.CallBodies;
import dev.millrace.api.call.CallServlet;
import dev.millrace.api.call.WholeAnswers;
import dev.millrace.api.http.RequestId;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.request.DropParams;
import dev.millrace.api.security.Caller;
import dev.millrace.routing.Routes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/// Serves an endpoint.
final class PassThroughServlet extends CallServlet {

    private static final long serialVersionUID = 1;

    private final Endpoint endpoint;
    private final CallBodies bodies;
    private final Routes routes;
    private final WholeAnswers wholes;

    PassThroughServlet(Endpoint endpoint, CallBodies bodies, Routes routes, WholeAnswers wholes) {
        super(endpoint.path());
        this.endpoint = endpoint;
        this.bodies = bodies;
        this.routes = routes;
        this.wholes = wholes;
    }

    @Override
    protected void call(HttpServletRequest request, HttpServletResponse response, long startedNanos)
            throws IOException {
        bodies.serve(request, response, body -> answer(request, response, body, startedNanos));
    }

    private void answer(HttpServletRequest request, HttpServletResponse response, byte[] body, long startedNanos)
            throws IOException {
        var scan = endpoint.scans().get();
        bodies.read(body, scan::read);
        var model = scan.judge();
        var route = routes.find(model, endpoint.kind())
                .orElseThrow(() -> Problem.noSuchModel("model", model, endpoint.brings()));
        var mayDrop = DropParams.of(request, route.chat().drop());
        var asked =
                new Asked(response.getHeader(RequestId.HEADER), Caller.of(request), route, false, scan.extent(body));
        wholes.answer(
                response,
                asked,
                startedNanos,
                (target, attempt) -> endpoint.ways()
                        .apply(attempt.deployment().provider().type())
                        .map(way -> way.ask(target, body, model, mayDrop))
                        .orElseGet(() -> WholeAnswers.none(attempt, endpoint.brings())));
    }
}
