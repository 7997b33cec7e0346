package dev.millrace.api.limit;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// The tokens that were taken for a call that runs, and those that its attempts have used.
final class Hold {

    private final long takenAt;
    private final long taken;
    private final long prompt;
    private final AtomicLong used = new AtomicLong();
    private final AtomicBoolean unknown = new AtomicBoolean();

    /// @param prompt of those that were taken
    Hold(long takenAt, long taken, long prompt) {
        this.takenAt = takenAt;
        this.taken = taken;
        this.prompt = prompt;
    }

    /// @param tokens absent for an answer of which nobody said what it used
    void used(Optional<Long> tokens) {
        tokens.ifPresentOrElse(used::addAndGet, () -> unknown.set(true));
    }

    long takenAt() {
        return takenAt;
    }

    /// What was used beyond the prompt; 0 where nothing is known to have been.
    long answered() {
        return Math.max(0, used.get() - prompt);
    }

    /// How much more was used than taken; below 0 where it was less.
    long more() {
        long more = used.get() - taken;
        return unknown.get() ? Math.max(0, more) : more;
    }
}
