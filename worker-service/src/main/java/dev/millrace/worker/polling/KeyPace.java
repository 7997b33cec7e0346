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
        var before = until.getOrDefault(keyRef, Instant.MIN);
        var end = until.merge(keyRef, now.plus(pause), (a, b) -> a.isAfter(b) ? a : b);
        return end.isAfter(now)
                && !before.isAfter(now.plus(pause.multipliedBy(9).dividedBy(10)));
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
