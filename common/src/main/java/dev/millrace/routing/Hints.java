package dev.millrace.routing;

import dev.millrace.kafka.Publisher;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/// Tells the other processes when a breaker of this one opens or closes. Without Kafka nobody is told, and each judges
/// alone.
public final class Hints implements Breaker.Listener {

    public static final String TOPIC = "millrace.routing";

    /// Longer names are nobody's configuration.
    private static final int LONGEST_MODEL = 500;

    private final Publisher publisher;
    private final Clock clock;
    private final UUID process = UUID.randomUUID();

    public Hints(Publisher publisher, Clock clock) {
        this.publisher = publisher;
        this.clock = clock;
    }

    @Override
    public void changed(Breaker breaker, boolean open, Instant until) {
        if (breaker.scope().model().length() <= LONGEST_MODEL) {
            var left = open ? Duration.between(clock.instant(), until) : Duration.ZERO;
            publisher.publish(TOPIC, HintCodec.write(new Hint(process, breaker.scope(), open, left)));
        }
    }

    /// Hands a record of the topic to the router, unless it is this process's own.
    public void received(byte[] value, Router router) {
        HintCodec.read(value).filter(hint -> !hint.from().equals(process)).ifPresent(router::hinted);
    }
}
