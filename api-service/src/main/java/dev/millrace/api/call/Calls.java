package dev.millrace.api.call;

import dev.millrace.api.problem.Problem;
import dev.millrace.settings.MillraceSettings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;

/// How many calls this process serves at once, and how much of their bodies it holds. What is beyond is refused early,
/// so that those who were let in are served.
@Component
public final class Calls {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong held = new AtomicLong();
    private final int mostCalls;
    private final long mostHeld;

    Calls(MillraceSettings settings, MeterRegistry meters) {
        this.mostCalls = settings.chat().mostCalls();
        this.mostHeld = settings.chat().mostHeld().toBytes();
        Gauge.builder("millrace.calls", running, AtomicInteger::get)
                .description("Interactive calls that run now")
                .register(meters);
        Gauge.builder("millrace.calls.held", held, AtomicLong::get)
                .description("Bytes of their bodies")
                .baseUnit("bytes")
                .register(meters);
    }

    /// A place that a call has until it closes it.
    public final class Place implements AutoCloseable {
        private long bytes;

        /// Holds so many bytes, instead of those before.
        ///
        /// @throws Problem 429 if there is no room for them
        public void hold(long now) {
            long more = now - bytes;
            if (held.addAndGet(more) > mostHeld && more > 0) {
                held.addAndGet(-more);
                throw overloaded();
            }
            bytes = now;
        }

        @Override
        public void close() {
            held.addAndGet(-bytes);
            bytes = 0;
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

    private static Problem overloaded() {
        return Problem.tooMany("overloaded", "Too many calls run at once; please slow down.", RETRY_AFTER);
    }
}
