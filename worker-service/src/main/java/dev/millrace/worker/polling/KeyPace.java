package dev.millrace.worker.polling;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Slows the polls of a key that polled too often, of those that this worker has taken up; what nobody has taken up
/// rests in the database. It says nothing about any render, and touches no other key.
final class KeyPace {

    /// Where the provider does not say for how long.
    static final Duration UNSAID = Duration.ofSeconds(10);

    private final Clock clock;
    private final Map<String, Instant> until = new ConcurrentHashMap<>();

    KeyPace(Clock clock) {
        this.clock = clock;
    }

    /// @return whether that is news: of many polls that are told the same at once, the first
    boolean slow(String keyRef, Duration pause) {
        var now = clock.instant();
        var end = now.plus(pause);
        var news = new boolean[1];
        until.compute(keyRef, (key, before) -> {
            // What is nearly as late was told before.
            news[0] = end.isAfter(now) && (before == null || before.isBefore(end.minus(pause.dividedBy(10))));
            return before != null && before.isAfter(end) ? before : end;
        });
        return news[0];
    }

    /// How long the key must not poll; empty if it may.
    Optional<Duration> pause(String keyRef) {
        var end = until.get(keyRef);
        if (end == null) {
            return Optional.empty();
        }
        var left = Duration.between(clock.instant(), end);
        if (left.isNegative() || left.isZero()) {
            until.remove(keyRef, end);
            return Optional.empty();
        }
        return Optional.of(left);
    }
}
