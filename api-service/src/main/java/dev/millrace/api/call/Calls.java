package dev.millrace.api.call;

import dev.millrace.api.problem.Problem;
import dev.millrace.routing.ModelKind;
import dev.millrace.routing.Room;
import dev.millrace.routing.Routes;
import dev.millrace.settings.MillraceSettings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/// How many calls this process serves at once. What is beyond is refused early, so that those who were let in are
/// served.
@Component
public final class Calls {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final AtomicInteger running = new AtomicInteger();
    private final int mostCalls;
    private final Room room;

    Calls(MillraceSettings settings, Routes routes, MeterRegistry meters) {
        this.mostCalls = settings.chat().mostCalls();
        this.room = new Room(mostCalls, routes.serving(Set.of(ModelKind.CHAT, ModelKind.EMBEDDING, ModelKind.IMAGE)));
        Gauge.builder("millrace.calls", running, AtomicInteger::get)
                .description("Interactive calls that run now")
                .register(meters);
    }

    /// A place that a call has until it closes it.
    public final class Place implements AutoCloseable {
        @Override
        public void close() {
            running.decrementAndGet();
        }
    }

    /// @throws Problem 429 if all places are taken
    public Place enter() {
        if (running.incrementAndGet() > mostCalls) {
            running.decrementAndGet();
            throw overloaded();
        }
        return new Place();
    }

    /// The same places as providers share them: each call has one of its provider's.
    Room room() {
        return room;
    }

    /// Whether so few places are left that none is for a call that would wait for a deployment to be back.
    boolean crowded() {
        return 9L * running.get() > 8L * mostCalls;
    }

    static Problem overloaded() {
        return Problem.tooMany("overloaded", "Too many calls run at once; please slow down.", RETRY_AFTER);
    }
}
