package dev.millrace.api.security;

import dev.millrace.api.problem.Problem;
import dev.millrace.room.SharedRoom;
import dev.millrace.settings.MillraceSettings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;

/// The requests that are served now, of no more than there is memory for and none of whose projects takes all the room.
/// Each kind has limits of its own beside this; together they may be more than the heap holds.
@Component
final class OpenRequests {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final SharedRoom<UUID> room;

    OpenRequests(MillraceSettings settings, MeterRegistry meters) {
        this.room = new SharedRoom<>(settings.requests().mostAtOnce());
        Gauge.builder("millrace.requests.open", room, SharedRoom::taken)
                .description("Requests with a key that are served now")
                .register(meters);
    }

    /// A place that a request has until it closes it.
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /// @throws Problem 503 if there is no room for one more of this project's
    Place enter(UUID project) {
        if (!room.take(project, 1)) {
            throw Problem.unavailable(
                    "overloaded", "Too many requests are served at once; please slow down.", RETRY_AFTER);
        }
        return () -> room.give(project, 1);
    }
}
