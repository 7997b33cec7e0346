package dev.millrace.api.accept;

import dev.millrace.api.problem.Problem;
import dev.millrace.api.request.HeldBodies;
import dev.millrace.settings.MillraceSettings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import org.springframework.stereotype.Component;

/// Reads the bodies of submissions, whatever address they come to.
@Component
public final class SubmissionBodies {

    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofSeconds(1);

    private final HeldBodies held;

    SubmissionBodies(MillraceSettings settings, MeterRegistry meters) {
        this.held = new HeldBodies(
                settings.accept().mostHeld(),
                settings.accept().mostBody(),
                DEADLINE,
                () -> Problem.tooMany("overloaded", "Too many submissions are on their way; please slow down.", SOON));
        Gauge.builder("millrace.accept.held", held, HeldBodies::bytes)
                .description("Bytes of submissions that are not yet answered")
                .baseUnit("bytes")
                .register(meters);
    }

    /// @param served commits what the body asks for, and answers
    /// @throws Problem 408, 413 or 429
    public void serve(HttpServletRequest request, HeldBodies.Served served) throws IOException {
        held.serve(request, served);
    }
}
