package dev.millrace.api.security;

import dev.millrace.access.ApiKey;
import dev.millrace.access.ApiKeyRepository;
import dev.millrace.access.ApiKeys;
import dev.millrace.api.problem.DatabaseCalls;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.springframework.stereotype.Component;

/// Knows API keys again. What the database said of a key is kept for a few seconds, so that the hot path asks nothing;
/// a revoked key works no longer than that.
@Component
class KeyRing {

    private static final Duration KEEP = Duration.ofSeconds(5);

    /// Keys that are not there fill the memory no further than this.
    private static final int MOST_KEPT = 10_000;

    /// Made-up keys take no more of the connections than this.
    private static final int MOST_LOOKUPS = 4;

    private record Known(Optional<ApiKey> key, byte[] hash, Instant until) {}

    private final ApiKeyRepository keys;
    private final DatabaseCalls database;
    private final Clock clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Semaphore lookups = new Semaphore(MOST_LOOKUPS);

    KeyRing(ApiKeyRepository keys, DatabaseCalls database, Clock clock) {
        this.keys = keys;
        this.database = database;
        this.clock = clock;
    }

    /// The caller that a key belongs to; empty for a key that is not ours, not known, or revoked.
    ///
    /// @throws dev.millrace.api.problem.Problem 503 if the database can't be asked
    Optional<Caller> caller(String key) {
        var prefix = ApiKeys.prefix(key);
        if (prefix.isEmpty()) {
            return Optional.empty();
        }
        var entry = entry(prefix.get());
        return MessageDigest.isEqual(entry.hash(), ApiKeys.hash(key))
                ? entry.key().map(found -> new Caller(found.projectId()))
                : Optional.empty();
    }

    private Known entry(String prefix) {
        var entry = known.get(prefix);
        if (entry != null && clock.instant().isBefore(entry.until())) {
            return entry;
        }
        lookups.acquireUninterruptibly();
        try {
            var looked = known.get(prefix);
            return looked != null && clock.instant().isBefore(looked.until()) ? looked : lookUp(prefix);
        } finally {
            lookups.release();
        }
    }

    private Known lookUp(String prefix) {
        var found = database.ask(() -> keys.findByPrefix(prefix)).filter(key -> !key.revoked());
        var entry = new Known(
                found,
                found.map(ApiKey::hash).orElseGet(() -> new byte[0]),
                clock.instant().plus(KEEP));
        if (known.size() >= MOST_KEPT) {
            var now = clock.instant();
            known.values().removeIf(old -> old.key().isEmpty() || !now.isBefore(old.until()));
        }
        known.put(prefix, entry);
        return entry;
    }
}
