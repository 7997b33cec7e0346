package dev.millrace.share;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What this process holds of one limit: a block of the present minute, and perhaps one of the next.
final class Share {

    private static final int BLOCKS = 20;
    private static final int LENT = 100;
    private static final long IDLE_MINUTES = 5;

    private final String name;
    private long most;
    private boolean expected;
    private long minute = Long.MIN_VALUE;
    private long left;
    private long taken;
    private long undrawn;
    private long wanted;
    private long drawn;
    private long ahead = -1;
    private boolean contacted;
    private boolean usedUp;
    private long touched = Long.MIN_VALUE;
    private long answers;

    Share(String name) {
        this.name = name;
    }

    private long block() {
        return Math.max(1, most / BLOCKS);
    }

    private void turnTo(long now, long most) {
        // There may be more to draw of a limit that was raised.
        usedUp = usedUp && most <= this.most;
        this.most = most;
        turnTo(now);
    }

    private void turnTo(long now) {
        if (now == minute) {
            return;
        }
        left = now == minute + 1 && ahead > 0 ? ahead : 0;
        minute = now;
        taken = 0;
        undrawn = 0;
        wanted = 0;
        drawn = 0;
        ahead = -1;
        contacted = false;
        usedUp = false;
    }

    /// Is drawn each minute, used or not.
    synchronized void expect(long now, long most) {
        turnTo(now, most);
        expected = true;
    }

    /// @param localShare what this process may use in a minute in which it can't ask; -1 while it can
    synchronized boolean take(long now, long most, long amount, long localShare) {
        turnTo(now, most);
        touched = now;
        if (left >= amount) {
            left -= amount;
            taken += amount;
            return true;
        }
        if (usedUp) {
            return false;
        }
        boolean cutOff = localShare >= 0 && !contacted;
        // Until the first block of a minute is there, a little is lent, so that the first to come need not wait.
        long free = cutOff ? localShare : contacted ? 0 : most / LENT;
        if (taken + amount <= free) {
            taken += amount;
            undrawn += amount;
            return true;
        }
        wanted = Math.max(wanted, amount);
        return false;
    }

    /// More was used than was taken, or less.
    synchronized void settle(long now, long takenIn, long more) {
        turnTo(now);
        if (more > 0) {
            taken += more;
            long fromBlock = Math.min(Math.max(left, 0), more);
            left -= fromBlock;
            undrawn += more - fromBlock;
        } else if (takenIn == now) {
            taken += more;
            left -= more;
        }
    }

    synchronized boolean usedUp(long now) {
        return lacks(now, 1);
    }

    /// Whether less than an amount is left, and no more is to be had.
    synchronized boolean lacks(long now, long amount) {
        turnTo(now);
        return usedUp && left < amount;
    }

    /// Whether no more is to be had than what was drawn before.
    synchronized boolean allDrawn(long now) {
        turnTo(now);
        return usedUp;
    }

    /// What is left of this minute for all, as of the last block: what others hold counts as used.
    synchronized long leftOver(long now, long most) {
        turnTo(now, most);
        long all = contacted ? most - drawn + left - undrawn : most - taken;
        return Math.clamp(all, 0, most);
    }

    synchronized boolean wants(long now) {
        return now == minute && !usedUp && (wanted > left || touched == now && left < (block() + 1) / 2);
    }

    /// What to draw now.
    ///
    /// @param nearlyOver whether the next minute's first block is drawn too
    synchronized List<Draw> draws(long now, boolean nearlyOver) {
        if (most == 0 || !expected && touched < now - 1) {
            return List.of();
        }
        turnTo(now);
        var draws = new ArrayList<Draw>(2);
        boolean first = expected && !contacted && left == 0;
        if (undrawn > 0 || first || wants(now)) {
            draws.add(new Draw(name, now, most, undrawn, usedUp ? 0 : Math.max(block(), wanted)));
        }
        if (nearlyOver && ahead < 0) {
            draws.add(new Draw(name, now + 1, most, 0, touched == now ? block() : Math.max(1, block() / 4)));
        }
        return draws;
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
            usedUp = drawn >= most;
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

    synchronized boolean isForgotten(long now) {
        return !expected && touched < now - IDLE_MINUTES;
    }
}
