package dev.millrace.api.security;

import dev.millrace.access.ApiKeyRepository;
import dev.millrace.access.ApiKeys;
import dev.millrace.access.Credential;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/// Knows API keys again. What the database said of a key is kept for a few seconds, so that the hot path asks nothing;
/// for as long again it is asked beside the calls, which wait for nothing. A key that was not used for longer is asked
/// for first, and goes on with what was known only while the database does not answer.
@Component
class KeyRing {

    private static final Duration KEEP = Duration.ofMillis(2_500);

    /// How much longer calls go on with what was known while it is asked for anew beside them.
    private static final Duration BESIDE = Duration.ofMillis(2_500);

    /// How much longer while the database is away: an outage refuses no call that needs no database.
    private static final Duration TRUSTED = Duration.ofMinutes(15);

    /// What a call with a trusted key waits for the database before it goes on without.
    private static final Duration SHORTLY = Duration.ofMillis(250);

    /// How long trusted keys go on without asking after one has waited in vain.
    private static final Duration QUIET = Duration.ofSeconds(1);

    /// Keys that are not there fill the memory no further than this, and push out none that are.
    private static final int MOST_KEPT = 10_000;

    /// Made-up keys take no more of the connections than this, and keep no key that is known waiting.
    private static final int MOST_MADE_UP = 4;

    /// @param hash empty for a key that is not there or revoked
    /// @param expected whether interactive calls come with it
    private record Known(
            Optional<Caller> caller, byte[] hash, Instant until, AtomicBoolean asked, AtomicBoolean expected) {
        static Known of(Optional<Credential> found, Instant until) {
            var hash = found.map(credential -> credential.key().hash()).orElseGet(() -> new byte[0]);
            return new Known(found.map(Known::caller), hash, until, new AtomicBoolean(), new AtomicBoolean());
        }

        private static Caller caller(Credential found) {
            var project = found.project();
            return new Caller(project.getId(), found.key().getId(), project.limits());
        }
    }

    private static final Logger log = LoggerFactory.getLogger(KeyRing.class);

    private final ApiKeyRepository keys;
    private final DatabaseCalls database;
    private final List<Expecting> expecting;
    private final Clock clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Semaphore madeUp = new Semaphore(MOST_MADE_UP);

    /// By the monotonic clock.
    private volatile long quietUntil = System.nanoTime();

    KeyRing(ApiKeyRepository keys, DatabaseCalls database, List<Expecting> expecting, Clock clock) {
        this.keys = keys;
        this.database = database;
        this.expecting = List.copyOf(expecting);
        this.clock = clock;
    }

    /// The caller that a key belongs to; empty for a key that is not ours, not known, or revoked.
    ///
    /// @param interactive whether it comes with a call that is to wait for nothing
    /// @throws dev.millrace.api.problem.Problem 503 if the database can't be asked
    Optional<Caller> caller(String key, boolean interactive) {
        var prefix = ApiKeys.prefix(key);
        if (prefix.isEmpty()) {
            return Optional.empty();
        }
        var entry = entry(prefix.get());
        if (!MessageDigest.isEqual(entry.hash(), ApiKeys.hash(key))) {
            return Optional.empty();
        }
        if (interactive) {
            expect(entry);
        }
        return entry.caller();
    }

    /// Once, when a key is new here or was not used for a while; else it is done beside the calls.
    private void expect(Known entry) {
        if (entry.expected().get() || !entry.expected().compareAndSet(false, true)) {
            return;
        }
        for (var one : expecting) {
            try {
                entry.caller().ifPresent(one::expect);
            } catch (Problem | DataAccessException away) {
                log.debug("Nothing is drawn ahead while the database is away", away);
            }
        }
    }

    private Known entry(String prefix) {
        var entry = known.get(prefix);
        var now = clock.instant();
        if (entry != null && now.isBefore(entry.until())) {
            return entry;
        }
        if (entry == null || entry.caller().isEmpty()) {
            return lookUpInTurn(prefix);
        }
        if (now.isBefore(entry.until().plus(BESIDE))) {
            if (entry.asked().compareAndSet(false, true)) {
                Thread.ofVirtual().name("key-look").start(() -> lookUpOr(prefix, entry));
            }
            return entry;
        }
        return now.isBefore(entry.until().plus(TRUSTED)) ? lookUpOr(prefix, entry) : database.ask(() -> lookUp(prefix));
    }

    private Known lookUpOr(String prefix, Known trusted) {
        if (!database.available() || System.nanoTime() - quietUntil < 0) {
            return trusted;
        }
        try {
            var entry = database.ask(() -> lookUp(prefix), SHORTLY);
            if (trusted.expected().get()) {
                expect(entry);
            }
            return entry;
        } catch (Problem | DataAccessException away) {
            quietUntil = System.nanoTime() + QUIET.toNanos();
            return trusted;
        }
    }

    /// A turn lasts as long as its question, also where nobody waits for the answer any more.
    private Known lookUpInTurn(String prefix) {
        database.requireSchema();
        long until = System.nanoTime() + DatabaseCalls.PATIENCE.toNanos();
        awaitTurn();
        var looked = known.get(prefix);
        if (looked != null && clock.instant().isBefore(looked.until())) {
            madeUp.release();
            return looked;
        }
        return database.ask(
                () -> {
                    try {
                        return lookUp(prefix);
                    } finally {
                        madeUp.release();
                    }
                },
                Duration.ofNanos(until - System.nanoTime()));
    }

    private void awaitTurn() {
        try {
            if (!madeUp.tryAcquire(DatabaseCalls.PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw Problem.databaseAway();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw Problem.databaseAway();
        }
    }

    /// An answer that was long on its way is that much older.
    private Known lookUp(String prefix) {
        var until = clock.instant().plus(KEEP);
        var found = keys.findByPrefix(prefix).filter(one -> !one.key().revoked());
        if (found.isEmpty() && known.size() >= MOST_KEPT) {
            known.values().removeIf(old -> old.caller().isEmpty());
        }
        return known.merge(
                prefix, Known.of(found, until), (old, fresh) -> old.until().isAfter(fresh.until()) ? old : fresh);
    }
}
