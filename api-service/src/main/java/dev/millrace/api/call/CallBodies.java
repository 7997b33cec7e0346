package dev.millrace.api.call;

import dev.millrace.api.http.Body;
import dev.millrace.api.http.StrictJson;
import dev.millrace.api.limit.ProjectLimits;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.request.JsonBody;
import dev.millrace.api.request.Requests;
import dev.millrace.api.security.Caller;
import dev.millrace.settings.MillraceSettings;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonParser;

/// Reads the body of a call within its limits, once the call has a place.
@Component
public final class CallBodies {

    /// A batch of token ids has one for each.
    private static final long MOST_TOKENS = 1_000_000;

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final Calls calls;
    private final ProjectLimits limits;
    private final StrictJson json;
    private final long mostBody;

    CallBodies(Calls calls, ProjectLimits limits, MillraceSettings settings) {
        this.calls = calls;
        this.limits = limits;
        this.mostBody = settings.chat().mostBody().toBytes();
        this.json = StrictJson.within(mostBody, settings.chat().mostDepth(), MOST_TOKENS);
    }

    /// Answers a call whose body has been read.
    public interface Served {
        void answer(byte[] body) throws IOException;
    }

    /// @throws Problem 408, 413, 415 or 429
    public void serve(HttpServletRequest request, HttpServletResponse response, Served served) throws IOException {
        limits.show(Caller.of(request), response);
        Requests.requireJson(request);
        try (var place = calls.enter()) {
            long declared = request.getContentLengthLong();
            if (declared > mostBody) {
                throw Problem.tooLarge(mostBody);
            }
            place.hold(Math.max(0, declared));
            var body =
                    Body.read(request, mostBody, DEADLINE, place::hold).orElseThrow(() -> Problem.tooLarge(mostBody));
            place.hold(body.length);
            served.answer(body);
        }
    }

    /// @throws Problem 400 that says where the body is no JSON, or not within the limits
    public void read(byte[] body, Consumer<JsonParser> reader) {
        JsonBody.read(json, body, reader);
    }
}
