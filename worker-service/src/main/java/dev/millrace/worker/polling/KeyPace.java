package dev.millrace.worker.polling;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Slows the polls of a key that polled too often. It says nothing about any render, and touches no other key.
final class KeyPace {

    private static final Duration UNSAID = Duration.ofSeconds(10);

    private final Clock clock;
    private final Map<String, Instant> until = new ConcurrentHashMap<>();

    KeyPace(Clock clock) {
        this.clock = clock;
    }

    void slow(String keyRef, Optional<Duration> retryAfter) {
        until.merge(keyRef, clock.instant().plus(retryAfter.orElse(UNSAID)), (a, b) -> a.isAfter(b) ? a : b);
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
