package dev.millrace.api.chat;

import dev.millrace.api.accept.Intake;
import dev.millrace.api.call.Asked;
import dev.millrace.api.call.Calls;
import dev.millrace.api.call.DropParams;
import dev.millrace.api.http.Body;
import dev.millrace.api.http.RequestId;
import dev.millrace.api.http.StrictJson;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.request.JsonBody;
import dev.millrace.api.request.RequestScan;
import dev.millrace.api.request.Requests;
import dev.millrace.api.security.Caller;
import dev.millrace.job.JobKind;
import dev.millrace.provider.ChatCall;
import dev.millrace.routing.ModelKind;
import dev.millrace.routing.ModelRoute;
import dev.millrace.routing.Routes;
import dev.millrace.settings.MillraceSettings;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.springframework.web.servlet.HandlerMapping;

/// `POST /v1/chat/completions`, a servlet of its own like that of submissions, and for the same reason.
final class ChatServlet extends HttpServlet {

    static final String PATH = "/v1/chat/completions";

    private static final long serialVersionUID = 1;
    private static final String APPLIED = "preference-applied";
    private static final long MOST_TOKENS = 500_000;
    private static final Duration BODY_DEADLINE = Duration.ofSeconds(60);

    private final Calls calls;
    private final Routes routes;
    private final WholeChat whole;
    private final StreamedChat streamed;
    private final Intake intake;
    private final StrictJson json;
    private final long mostBody;
    private final long mostJob;

    ChatServlet(
            Calls calls,
            Routes routes,
            WholeChat whole,
            StreamedChat streamed,
            Intake intake,
            MillraceSettings settings) {
        this.calls = calls;
        this.routes = routes;
        this.whole = whole;
        this.streamed = streamed;
        this.intake = intake;
        this.mostBody = settings.chat().mostBody().toBytes();
        this.mostJob = settings.accept().mostBody().toBytes();
        this.json = StrictJson.within(mostBody, settings.chat().mostDepth(), MOST_TOKENS);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!request.getMethod().equals("POST")) {
            throw Problem.methodNotAllowed("POST");
        }
        request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, PATH);
        long startedNanos = System.nanoTime();
        Requests.requireJson(request);
        if (Requests.respondAsync(request)) {
            queue(request, response, startedNanos);
            return;
        }
        try (var place = calls.enter()) {
            place.hold(Math.max(0, request.getContentLengthLong()));
            var body = Body.read(request, mostBody, BODY_DEADLINE).orElseThrow(() -> Problem.tooLarge(mostBody));
            place.hold(body.length);
            answer(request, response, read(body), startedNanos);
        }
    }

    private ChatRequest read(byte[] body) {
        var scan = new RequestScan("");
        JsonBody.read(json, body, scan::read);
        return new ChatRequest(body, scan.judgeChat(), scan.streamed(), scan.includeUsage());
    }

    private void answer(HttpServletRequest request, HttpServletResponse response, ChatRequest chat, long startedNanos)
            throws IOException {
        var route = route(chat.model());
        var call = new ChatCall(
                chat.body(), chat.model(), DropParams.of(request, route.chat().drop()), chat.includeUsage());
        var asked =
                new Asked(response.getHeader(RequestId.HEADER), Caller.of(request), route, chat.streamed());
        if (chat.streamed()) {
            streamed.answer(response, asked, call, startedNanos);
        } else {
            whole.answer(response, asked, call, startedNanos);
        }
    }

    private ModelRoute route(String model) {
        return routes.find(model, ModelKind.CHAT)
                .orElseThrow(() -> Problem.refused(
                        404, "model", "model_not_found", "The model '" + model + "' does not exist, or is not one for chat."));
    }

    /// The caller would rather have a job; it is taken as one of `POST /v1/jobs` is, and is as large at most.
    private void queue(HttpServletRequest request, HttpServletResponse response, long startedNanos) throws IOException {
        var body = Body.read(request, mostJob).orElseThrow(() -> Problem.tooLarge(mostJob));
        var scan = new RequestScan("");
        JsonBody.read(json, body, scan::read);
        var model = scan.judge(JobKind.CHAT);
        route(model);
        response.setHeader(APPLIED, "respond-async");
        try {
            intake.take(request, response, JobKind.CHAT, model, body, startedNanos);
        } catch (Problem refused) {
            response.setHeader(APPLIED, null);
            throw refused;
        }
    }
}
