package dev.millrace.worker;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/// What the database says this worker has, and the worker knows nothing of: it was claimed by a statement whose answer
/// was lost, or a failure that nobody foresaw made the worker forget it. Its lease would keep it from all others for
/// as long as the worker lives. A thing counts as forgotten if it was unknown at two looks in a row, so that what is
/// just being taken up or given back is left alone. Used by one thread.
///
/// @param <T> an identity that changes when the thing is claimed again, where that can be
public final class Strays<T> {

    private static final Duration BETWEEN = Duration.ofSeconds(5);

    private final LongSupplier nanos;
    private long lookedAt;
    private UUID worker = new UUID(0, 0);
    private Set<T> unknown = Set.of();

    public Strays() {
        this(System::nanoTime);
    }

    Strays(LongSupplier nanos) {
        this.nanos = nanos;
        this.lookedAt = nanos.getAsLong();
    }

    /// Whether it is time for the next look.
    public boolean due() {
        return nanos.getAsLong() - lookedAt >= BETWEEN.toNanos();
    }

    /// Looks again.
    ///
    /// @param now the id under which the worker has these things
    /// @return what was unknown the last time too
    public List<T> look(UUID now, Collection<T> held, Predicate<T> known) {
        lookedAt = nanos.getAsLong();
        var before = now.equals(worker) ? unknown : Set.<T>of();
        worker = now;
        unknown = new HashSet<>();
        for (var thing : held) {
            if (!known.test(thing)) {
                unknown.add(thing);
            }
        }
        return unknown.stream().filter(before::contains).toList();
    }
}
