package dev.millrace.dispatch;

import dev.millrace.job.DrawnPlace;
import dev.millrace.job.JobKind;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/// The part of a lane's room that this service has drawn ahead. After a commit of which nobody knows what became of it,
/// it goes on under a new name: under the old one the place stays counted until that commit can't come any more.
final class LanePlaces {

    /// How long a service that got less than its part lets the lane be.
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final JobKind kind;
    private final LaneDraws draws;
    private final LongSupplier nanos;
    private volatile Stock stock = new Stock();
    private int holders = 1;
    private long pausedUntil;

    /// @param nanos the monotonic clock
    LanePlaces(JobKind kind, LaneDraws draws, LongSupplier nanos) {
        this.kind = kind;
        this.draws = draws;
        this.nanos = nanos;
        this.pausedUntil = nanos.getAsLong();
    }

    Optional<DrawnPlace> take() {
        return stock.take(nanos.getAsLong());
    }

    void settled(DrawnPlace place) {
        var now = stock;
        if (now.holder().equals(place.holder())) {
            now.settled();
        }
    }

    void lost(DrawnPlace place) {
        var now = stock;
        if (now.holder().equals(place.holder())) {
            now.lost();
        }
    }

    /// Draws, gives back or renews, where it is time to; by one thread at a time.
    ///
    /// @param most may be drawn by all services together
    void draw(int most) {
        if (stock.isLost()) {
            stock = new Stock();
        }
        var mine = stock;
        int wanted = most / holders;
        long now = nanos.getAsLong();
        if (now - pausedUntil < 0 || !mine.due(now, wanted)) {
            return;
        }
        int kept = mine.keep(wanted);
        var drawn = draws.draw(mine.holder(), kind, most, kept, !mine.begun());
        if (drawn.isEmpty()) {
            stock = new Stock();
        } else {
            holders = drawn.get().holders();
            pausedUntil = drawn.get().places() < most / holders ? now + PAUSE.toNanos() : now;
            mine.drawn(drawn.get().places() - kept, drawn.get().until(), now);
        }
    }
}
