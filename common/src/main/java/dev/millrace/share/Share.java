package dev.millrace.share;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/// What this process holds of one limit: a block of the present minute, and perhaps one of the next. All times are in
/// seconds since 1970.
final class Share {

    private static final int BLOCKS = 20;
    private static final int LENT = 100;
    private static final long IDLE_MINUTES = 5;

    /// Under this name what is used is written down, where a limit holds for any sixty seconds.
    private static final String USED = " used";

    private final String name;
    private final Slots slots = new Slots();
    private boolean ofAnyMinute;
    private long most;
    private boolean expected;
    private long minute = Long.MIN_VALUE;
    private long left;
    private long taken;
    private long undrawn;
    private long wanted;
    private long largest;
    private long drawn;
    private long before;
    private long countedIn = Long.MIN_VALUE;
    private long ahead = -1;
    private boolean contacted;
    private boolean usedUp;
    private long touched = Long.MIN_VALUE;
    private long answers;

    Share(String name) {
        this.name = name;
    }

    private static long minute(long at) {
        return Math.floorDiv(at, Slots.MINUTE);
    }

    private long block() {
        return Math.max(1, most / BLOCKS);
    }

    /// What is drawn at once: a block, or more where what is taken is large.
    private long size() {
        return Math.max(block(), Math.min(2 * largest, most / 4));
    }

    private void turnTo(long at, long most) {
        // There may be more to draw of a limit that was raised.
        usedUp = usedUp && most <= this.most;
        this.most = most;
        turnTo(at);
    }

    private void turnTo(long at) {
        long now = minute(at);
        if (now == minute) {
            // What was used a minute ago may count no more.
            usedUp = usedUp && (before == 0 || Slots.of(at) == countedIn);
            return;
        }
        left = now == minute + 1 && ahead > 0 ? ahead : 0;
        minute = now;
        taken = 0;
        undrawn = 0;
        wanted = 0;
        largest /= 2;
        drawn = 0;
        before = 0;
        ahead = -1;
        contacted = false;
        usedUp = false;
    }

    /// It holds for any sixty seconds, and not only for those of the clock.
    synchronized void holdForAnyMinute() {
        ofAnyMinute = true;
    }

    /// Is drawn each minute, used or not.
    synchronized void expect(long at, long most) {
        turnTo(at, most);
        expected = true;
    }

    /// Takers are to come.
    ///
    /// @return whether nothing has been drawn for them yet
    synchronized boolean begin(long at, long most) {
        turnTo(at, most);
        touched = minute;
        if (contacted || left > 0) {
            return false;
        }
        wanted = Math.max(wanted, 1);
        return true;
    }

    /// @param localShare what this process may use in a minute in which it can't ask; -1 while it can
    synchronized boolean take(long at, long most, long amount, long localShare) {
        turnTo(at, most);
        touched = minute;
        largest = Math.max(largest, amount);
        if (left >= amount) {
            left -= amount;
            use(at, amount);
            return true;
        }
        if (usedUp) {
            return false;
        }
        boolean cutOff = localShare >= 0 && !contacted;
        // Until the first block of a minute is there, a little is lent, so that the first to come need not wait.
        long free = cutOff ? localShare : contacted ? 0 : most / LENT;
        if (taken + amount <= free) {
            undrawn += amount;
            use(at, amount);
            return true;
        }
        wanted = Math.max(wanted, amount);
        return false;
    }

    private void use(long at, long amount) {
        taken += amount;
        note(at, amount);
    }

    private void note(long at, long amount) {
        if (ofAnyMinute) {
            slots.add(at, amount);
        }
    }

    /// More was used than was taken, or less.
    synchronized void settle(long at, long takenAt, long more) {
        turnTo(at);
        if (more > 0) {
            use(at, more);
            long fromBlock = Math.min(Math.max(left, 0), more);
            left -= fromBlock;
            undrawn += more - fromBlock;
            return;
        }
        note(takenAt, more);
        if (minute(takenAt) == minute) {
            taken += more;
            left -= more;
        }
    }

    /// Until when less than an amount is left and no more is to be had; 0 where it may be.
    synchronized long lacksUntil(long at, long amount) {
        turnTo(at);
        if (!usedUp || left >= amount) {
            return 0;
        }
        return before > 0 ? (Slots.of(at) + 1) * Slots.SECONDS : (minute + 1) * Slots.MINUTE;
    }

    /// Whether no more is to be had than what was drawn before.
    synchronized boolean allDrawn(long at) {
        turnTo(at);
        return usedUp;
    }

    /// What is left of this minute for all, as of the last block: what others hold counts as used.
    synchronized long leftOver(long at, long most) {
        turnTo(at, most);
        long all = contacted ? most - drawn - before + left - undrawn : most - taken;
        return Math.clamp(all, 0, most);
    }

    synchronized boolean wants(long at) {
        return minute(at) == minute && !usedUp && (wanted > left || touched == minute && left < (size() + 1) / 2);
    }

    /// What to draw now.
    ///
    /// @param nearlyOver whether the next minute's first block is drawn too
    synchronized List<Draw> draws(long at, boolean nearlyOver) {
        if (most == 0 || !expected && touched < minute(at) - 1) {
            return List.of();
        }
        turnTo(at);
        var draws = new ArrayList<Draw>(2);
        boolean first = expected && !contacted && left == 0;
        if (undrawn > 0 || first || wants(at)) {
            long want = usedUp ? 0 : Math.max(size(), wanted);
            draws.add(draw(minute, undrawn, want, Slots.since(at), at - minute * Slots.MINUTE < Slots.LATE));
        }
        // Of any sixty seconds the two would not see each other.
        if (nearlyOver && ahead < 0 && (draws.isEmpty() || !ofAnyMinute)) {
            long want = touched == minute ? block() : Math.max(1, block() / 4);
            draws.add(draw(minute + 1, 0, want, minute * Slots.MINUTE, true));
        }
        return draws;
    }

    private Draw draw(long minute, long used, long want, long since, boolean fresh) {
        return ofAnyMinute
                ? new Draw(name, minute * Slots.MINUTE, most, used, want, OptionalLong.of(since), fresh)
                : Draw.ofMinute(name, minute, most, used, want);
    }

    /// What is to be written down of when it was used.
    ///
    /// @param now whether also of the slot that goes on
    synchronized List<Draw> uses(long at, boolean now) {
        return slots.due(
                at,
                now,
                (slot, amount) ->
                        new Draw(name + USED, slot, Long.MAX_VALUE / 2, amount, 0, OptionalLong.empty(), false));
    }

    synchronized void wrote(Draw use) {
        slots.wrote(use.at(), use.used());
    }

    synchronized void drawn(Draw asked, Draw.Drawn answer) {
        answers++;
        notifyAll();
        if (asked.minute() == minute + 1) {
            ahead = answer.granted();
        } else if (asked.minute() == minute) {
            contacted = true;
            undrawn -= asked.used();
            left += answer.granted();
            wanted = 0;
            drawn = answer.drawn();
            before = answer.before();
            countedIn =
                    asked.since().isPresent() ? Slots.countedIn(asked.since().getAsLong()) : countedIn;
            usedUp = drawn + before >= most;
        }
    }

    /// How many draws have been answered.
    synchronized long answers() {
        return answers;
    }

    /// Waits for an answer to a draw that was not among those seen before, but not for long.
    synchronized void awaitAnswer(long seen, long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = end - System.nanoTime(); answers == seen && left > 0; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    synchronized boolean isForgotten(long at) {
        return !expected && touched < minute(at) - IDLE_MINUTES;
    }
}
