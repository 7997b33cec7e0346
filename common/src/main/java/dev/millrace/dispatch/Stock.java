package dev.millrace.dispatch;

import dev.millrace.job.DrawnPlace;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The places that are drawn under one name: those free, and those with a job whose commit is on its way. Taking one
/// waits for nobody.
final class Stock {

    private final UUID holder = UUID.randomUUID();
    private final AtomicInteger free = new AtomicInteger();
    /// Free or on its way; never less than the database is still to see dispatched.
    private final AtomicInteger open = new AtomicInteger();
    private volatile @Nullable Term term;
    private volatile boolean lost;

    /// @param until by the database's clock
    /// @param since when the draw was begun, by the monotonic clock
    private record Term(Instant until, long since) {
        boolean good(long now, long nanos) {
            return now - since <= nanos;
        }
    }

    UUID holder() {
        return holder;
    }

    Optional<DrawnPlace> take(long now) {
        var drawn = term;
        if (drawn == null || !drawn.good(now, LaneDraws.GOOD.toNanos())) {
            return Optional.empty();
        }
        int was = free.get();
        while (was > 0 && !free.compareAndSet(was, was - 1)) {
            was = free.get();
        }
        return was > 0 ? Optional.of(new DrawnPlace(holder, drawn.until())) : Optional.empty();
    }

    /// A place's job is committed, or never will be.
    void settled() {
        open.decrementAndGet();
    }

    /// Nobody knows what became of a place's job.
    void lost() {
        lost = true;
    }

    boolean isLost() {
        return lost;
    }

    boolean begun() {
        return term != null;
    }

    /// Whether it is time to draw: there is to be more, or less, or what there is must be renewed.
    boolean due(long now, int wanted) {
        var drawn = term;
        return drawn == null
                || !drawn.good(now, LaneDraws.GOOD.toNanos() / 2)
                || 2 * free.get() < wanted
                || free.get() > 0 && open.get() > wanted;
    }

    /// Gives up what is free above a number.
    ///
    /// @return what is left, and on its way
    int keep(int most) {
        int surplus = open.get() - most;
        int was = free.get();
        while (surplus > 0 && was > 0) {
            int given = Math.min(was, surplus);
            if (free.compareAndSet(was, was - given)) {
                open.addAndGet(-given);
                break;
            }
            was = free.get();
        }
        return open.get();
    }

    void drawn(int more, Instant until, long since) {
        open.addAndGet(more);
        free.addAndGet(more);
        term = new Term(until, since);
    }
}
