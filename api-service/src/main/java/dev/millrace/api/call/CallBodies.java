package dev.millrace.api.call;

import dev.millrace.api.http.StrictJson;
import dev.millrace.api.limit.ProjectLimits;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.request.HeldBodies;
import dev.millrace.api.request.JsonBody;
import dev.millrace.api.request.Requests;
import dev.millrace.api.security.Caller;
import dev.millrace.settings.MillraceSettings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
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
    private final HeldBodies held;

    CallBodies(Calls calls, ProjectLimits limits, MillraceSettings settings, MeterRegistry meters) {
        this.calls = calls;
        this.limits = limits;
        var chat = settings.chat();
        this.json = StrictJson.within(chat.mostBody().toBytes(), chat.mostDepth(), MOST_TOKENS);
        this.held = new HeldBodies(chat.mostHeld(), chat.mostBody(), DEADLINE, Calls::overloaded);
        Gauge.builder("millrace.calls.held", held, HeldBodies::bytes)
                .description("Bytes of the bodies of interactive calls")
                .baseUnit("bytes")
                .register(meters);
    }

    /// @throws Problem 408, 413, 415 or 429
    public void serve(HttpServletRequest request, HttpServletResponse response, HeldBodies.Served served)
            throws IOException {
        limits.show(Caller.of(request), response);
        Requests.requireJson(request);
        try (var _ = calls.enter()) {
            held.serve(request, served);
        }
    }

    /// @throws Problem 400 that says where the body is no JSON, or not within the limits
    public void read(byte[] body, Consumer<JsonParser> reader) {
        JsonBody.read(json, body, reader);
    }
}
