package dev.millrace.api.chat;

import dev.millrace.api.accept.Intake;
import dev.millrace.api.accept.SubmissionBodies;
import dev.millrace.api.call.Asked;
import dev.millrace.api.call.CallBodies;
import dev.millrace.api.call.CallServlet;
import dev.millrace.api.call.WholeAnswers;
import dev.millrace.api.http.RequestId;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.request.DropParams;
import dev.millrace.api.request.RequestScan;
import dev.millrace.api.request.Requests;
import dev.millrace.api.security.Caller;
import dev.millrace.job.JobKind;
import dev.millrace.provider.Adapters;
import dev.millrace.provider.ChatCall;
import dev.millrace.routing.ModelKind;
import dev.millrace.routing.ModelRoute;
import dev.millrace.routing.Routes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/// `POST /v1/chat/completions`: answers, whole or streamed, or queues a job for a caller that would rather not wait.
final class ChatServlet extends CallServlet {

    static final String PATH = "/v1/chat/completions";

    private static final long serialVersionUID = 1;
    private static final String APPLIED = "preference-applied";

    private final CallBodies bodies;
    private final Routes routes;
    private final Adapters adapters;
    private final WholeAnswers wholes;
    private final StreamedChat streamed;
    private final SubmissionBodies submissions;
    private final Intake intake;

    ChatServlet(
            CallBodies bodies,
            Routes routes,
            Adapters adapters,
            WholeAnswers wholes,
            StreamedChat streamed,
            SubmissionBodies submissions,
            Intake intake) {
        super(PATH);
        this.bodies = bodies;
        this.routes = routes;
        this.adapters = adapters;
        this.wholes = wholes;
        this.streamed = streamed;
        this.submissions = submissions;
        this.intake = intake;
    }

    @Override
    protected void call(HttpServletRequest request, HttpServletResponse response, long startedNanos)
            throws IOException {
        if (Requests.respondAsync(request)) {
            Requests.requireJson(request);
            submissions.serve(request, body -> queue(request, response, body));
        } else {
            bodies.serve(request, response, body -> answer(request, response, body, startedNanos));
        }
    }

    private void answer(HttpServletRequest request, HttpServletResponse response, byte[] body, long startedNanos)
            throws IOException {
        var scan = new RequestScan("");
        bodies.read(body, scan::read);
        var model = scan.judgeChat();
        var route = route(model);
        var call = new ChatCall(body, model, DropParams.of(request, route.chat().drop()), scan.includeUsage());
        var asked = new Asked(
                response.getHeader(RequestId.HEADER), Caller.of(request), route, scan.streamed(), scan.extent(body));
        if (scan.streamed()) {
            streamed.answer(response, asked, call, startedNanos);
        } else {
            wholes.answer(
                    response,
                    asked,
                    startedNanos,
                    (target, attempt) -> adapters.chat(
                                    attempt.deployment().provider().type())
                            .map(adapter -> adapter.complete(target, call.telling(attempt::leavesWithout)))
                            .orElseGet(() -> WholeAnswers.none(attempt, StreamedChat.KIND)));
        }
    }

    private ModelRoute route(String model) {
        return routes.find(model, ModelKind.CHAT)
                .orElseThrow(() -> Problem.noSuchModel("model", model, StreamedChat.KIND));
    }

    /// The caller would rather have a job; it is taken as one of `POST /v1/jobs` is, and is as large at most.
    private void queue(HttpServletRequest request, HttpServletResponse response, byte[] body) throws IOException {
        long cameAt = System.nanoTime();
        var scan = new RequestScan("");
        bodies.read(body, scan::read);
        var model = scan.judge(JobKind.CHAT);
        route(model);
        response.setHeader(APPLIED, "respond-async");
        try {
            intake.take(request, response, JobKind.CHAT, model, body, cameAt);
        } catch (Problem refused) {
            response.setHeader(APPLIED, null);
            throw refused;
        }
    }
}
