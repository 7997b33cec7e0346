package dev.millrace.api.embedding;

import dev.millrace.api.call.Asked;
import dev.millrace.api.call.CallBodies;
import dev.millrace.api.call.WholeAnswers;
import dev.millrace.api.http.RequestId;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.request.Extent;
import dev.millrace.api.request.PromptTokens;
import dev.millrace.api.security.Caller;
import dev.millrace.provider.Adapters;
import dev.millrace.routing.ModelKind;
import dev.millrace.routing.Routes;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.OptionalLong;
import org.springframework.web.servlet.HandlerMapping;

/// `POST /v1/embeddings`.
final class EmbeddingServlet extends HttpServlet {

    static final String PATH = "/v1/embeddings";

    private static final long serialVersionUID = 1;
    private static final String KIND = "embeddings";

    private final CallBodies bodies;
    private final Routes routes;
    private final Adapters adapters;
    private final WholeAnswers wholes;

    EmbeddingServlet(CallBodies bodies, Routes routes, Adapters adapters, WholeAnswers wholes) {
        this.bodies = bodies;
        this.routes = routes;
        this.adapters = adapters;
        this.wholes = wholes;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!request.getMethod().equals("POST")) {
            throw Problem.methodNotAllowed("POST");
        }
        request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, PATH);
        long startedNanos = System.nanoTime();
        bodies.serve(request, response, body -> answer(request, response, body, startedNanos));
    }

    private void answer(HttpServletRequest request, HttpServletResponse response, byte[] body, long startedNanos)
            throws IOException {
        var scan = new EmbeddingScan();
        bodies.read(body, scan::read);
        var model = scan.judge();
        var route =
                routes.find(model, ModelKind.EMBEDDING).orElseThrow(() -> Problem.noSuchModel("model", model, KIND));
        // It has no answer that would be counted in tokens.
        var extent = new Extent(PromptTokens.estimate(body), OptionalLong.of(0), 1);
        var asked = new Asked(response.getHeader(RequestId.HEADER), Caller.of(request), route, false, extent);
        wholes.answer(
                response,
                asked,
                startedNanos,
                (target, attempt) -> adapters.embedding(
                                attempt.deployment().provider().type())
                        .map(adapter -> adapter.embed(target, body, model))
                        .orElseGet(() -> WholeAnswers.none(attempt, KIND)));
    }
}
