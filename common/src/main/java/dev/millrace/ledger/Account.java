package dev.millrace.ledger;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/// One project's block as far as this instance has drawn it: what is left of it after the calls that are under way and
/// those that have ended but are not written yet.
final class Account {

    private record Held(BigDecimal amount, Instant since) {}

    final UUID project;
    final UUID block = UUID.randomUUID();

    /// Held for moments only.
    final ReentrantLock lock = new ReentrantLock();

    /// Held while the database is asked, and taken before the other.
    final ReentrantLock drawing = new ReentrantLock();

    private final Map<String, Held> held = new HashMap<>();
    private BigDecimal drawn = BigDecimal.ZERO;
    private BigDecimal lastDraw = BigDecimal.ZERO;
    private BigDecimal heldSum = BigDecimal.ZERO;
    private BigDecimal unwritten = BigDecimal.ZERO;

    /// The most that was held or unwritten at once since the last draw.
    private BigDecimal peak = BigDecimal.ZERO;

    private Instant usedAt;
    private Instant spentUntil = Instant.MIN;
    private BigDecimal spentFor = BigDecimal.ZERO;
    private boolean closed;

    Account(UUID project, Instant now) {
        this.project = project;
        this.usedAt = now;
    }

    BigDecimal available() {
        return drawn.subtract(heldSum).subtract(unwritten);
    }

    boolean hold(String call, BigDecimal estimate, Instant now) {
        usedAt = now;
        if (available().compareTo(estimate) < 0) {
            return false;
        }
        holdUncovered(call, estimate, now);
        return true;
    }

    /// Whatever is left.
    void holdUncovered(String call, BigDecimal estimate, Instant now) {
        usedAt = now;
        held.put(call, new Held(estimate, now));
        heldSum = heldSum.add(estimate);
        peak = peak.max(heldSum.add(unwritten));
    }

    /// Whether more is under way or unwritten than was drawn.
    boolean isShort() {
        return available().signum() < 0;
    }

    /// How much more than what is drawn is twice the most that was under way or unwritten at once: with that, as much
    /// again finds it drawn.
    BigDecimal toDouble() {
        return peak.add(peak).subtract(drawn).max(BigDecimal.ZERO);
    }

    void release(String call) {
        var was = held.remove(call);
        if (was != null) {
            heldSum = heldSum.subtract(was.amount());
        }
    }

    /// Lets go of calls that can't be under way any more, whatever became of them.
    void releaseBefore(Instant time) {
        held.entrySet().stream()
                .filter(entry -> entry.getValue().since().isBefore(time))
                .map(Map.Entry::getKey)
                .toList()
                .forEach(this::release);
    }

    void drew(BigDecimal amount) {
        drawn = drawn.add(amount);
        lastDraw = amount;
        peak = heldSum.add(unwritten);
    }

    void ended(BigDecimal cost, Instant now) {
        usedAt = now;
        unwritten = unwritten.add(cost);
        peak = peak.max(heldSum.add(unwritten));
    }

    /// The block has been accounted for by so much, in the database too.
    void wrote(BigDecimal cost) {
        unwritten = unwritten.subtract(cost);
        drawn = drawn.subtract(cost).max(BigDecimal.ZERO);
    }

    /// The block is gone: another instance has taken this one for dead.
    void lost() {
        drawn = BigDecimal.ZERO;
    }

    boolean hasDrawn() {
        return drawn.signum() > 0;
    }

    /// Whether less than half of what was drawn last is left.
    boolean low() {
        return available().add(available()).compareTo(lastDraw) < 0;
    }

    boolean idleSince(Instant time) {
        return held.isEmpty() && unwritten.signum() == 0 && usedAt.isBefore(time);
    }

    /// Its block is given back; whoever comes now opens another.
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /// Less is left than is needed, and that is not asked again before then.
    void spent(BigDecimal needed, Instant until) {
        spentFor = needed;
        spentUntil = until;
    }

    /// A call that needs less than one that was refused may yet start.
    boolean knownSpent(BigDecimal needed, Instant now) {
        return now.isBefore(spentUntil) && needed.compareTo(spentFor) >= 0;
    }
}
