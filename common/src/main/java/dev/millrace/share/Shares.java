package dev.millrace.share;

import dev.millrace.database.Database;
import dev.millrace.loop.Loop;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;

/// Limits per calendar minute that hold over all processes. Each process draws a block of a limit from the database,
/// commits it, and spends it from memory; the next block, also that of the next minute, is drawn by a thread of its own
/// before the first is spent. Nobody who takes waits for a commit.
///
/// While the database is away each process goes on with the block that it has, and in the minutes after with an equal
/// share by the number of processes that it last saw. What was used meanwhile is written down when it is back.
public final class Shares extends Loop {

    /// Counts the processes of a minute, by the same means.
    private static final String PROCESSES = "millrace processes";

    private static final long AHEAD_SECONDS = 10;
    private static final Duration EVERY = Duration.ofMillis(250);

    /// How soon a taker who waits for a block sees that none will come.
    private static final long LOOK_AGAIN_MILLIS = 50;

    private static final int MOST_NAMES = 50_000;
    private static final int MOST_DRAWS = 1_000;

    private static final Logger log = LoggerFactory.getLogger(Shares.class);

    private final Draws draws;
    private final Clock clock;
    private final Map<String, Share> shares = new ConcurrentHashMap<>();
    private volatile boolean away;
    private volatile long processes = 1;
    private long countedIn = -1;
    private long countedLateIn = -1;
    private long counted = 1;
    private long countedBefore = 1;

    public Shares(Database database, Clock clock) {
        super("shares", SmartLifecycle.DEFAULT_PHASE);
        this.draws = new Draws(database);
        this.clock = clock;
    }

    private long minute() {
        return Math.floorDiv(clock.millis(), 60_000L);
    }

    private Share share(String name) {
        var share = shares.get(name);
        if (share != null) {
            return share;
        }
        if (shares.size() >= MOST_NAMES) {
            long now = minute();
            shares.values().removeIf(one -> one.isForgotten(now));
        }
        return shares.computeIfAbsent(name, Share::new);
    }

    /// Has a block of this limit drawn at the beginning of each minute, before anybody asks.
    public void expect(String name, long perMinute) {
        share(name).expect(minute(), perMinute);
        ask();
    }

    /// While the database is away it is not asked more often for that.
    private void ask() {
        if (!away) {
            wake();
        }
    }

    /// Takes an amount of this minute's limit, without waiting.
    ///
    /// @return false where the limit is used up, or where no block is there yet: asked again a moment later the
    ///     answer may be another, unless [#usedUp] says so
    public boolean take(String name, long perMinute, long amount) {
        return take(share(name), perMinute, amount);
    }

    /// As [#take(String, long, long)], but waits so long for a block that is being drawn. Where none is, since all is
    /// drawn or the database is away, it does not wait.
    public boolean take(String name, long perMinute, long amount, Duration patience) throws InterruptedException {
        var share = share(name);
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            long seen = share.answers();
            if (take(share, perMinute, amount)) {
                return true;
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (share.allDrawn(minute()) || away || millis <= 0) {
                return false;
            }
            share.awaitAnswer(seen, Math.min(millis, LOOK_AGAIN_MILLIS));
        }
    }

    private boolean take(Share share, long perMinute, long amount) {
        long now = minute();
        boolean taken = share.take(now, perMinute, amount, away ? perMinute / Math.max(1, processes) : -1);
        if (share.wants(now)) {
            ask();
        }
        return taken;
    }

    /// A call used more than was taken for it, or less.
    ///
    /// @param takenAt when it was taken, in milliseconds: what is left over is of use in the same minute only
    public void settle(String name, long takenAt, long more) {
        var share = shares.get(name);
        if (share != null && more != 0) {
            share.settle(minute(), Math.floorDiv(takenAt, 60_000L), more);
        }
    }

    /// How much is left of this minute as far as is known here, where what other processes hold counts as used.
    public long left(String name, long perMinute) {
        return share(name).leftOver(minute(), perMinute);
    }

    /// Whether nothing is left of this minute, for anybody.
    public boolean usedUp(String name) {
        var share = shares.get(name);
        return share != null && share.usedUp(minute());
    }

    /// Whether less than an amount is left of this minute, for anybody; for smaller ones there may be room.
    public boolean lacks(String name, long amount) {
        var share = shares.get(name);
        return share != null && share.lacks(minute(), amount);
    }

    /// One round: draws what is wanted. One at a time, since what was used without being drawn is written down once.
    synchronized void draw() {
        if (shares.isEmpty()) {
            return;
        }
        long now = minute();
        boolean nearlyOver = 60 - Math.floorMod(Math.floorDiv(clock.millis(), 1_000L), 60L) <= AHEAD_SECONDS;
        var wanted = new ArrayList<Draw>();
        for (var share : shares.values()) {
            wanted.addAll(share.draws(now, nearlyOver));
        }
        if (!wanted.isEmpty() || countedIn != now || nearlyOver && countedLateIn != now) {
            wanted.addFirst(new Draw(PROCESSES, now, Long.MAX_VALUE / 2, 0, countedIn == now ? 0 : 1));
            countedLateIn = nearlyOver ? now : countedLateIn;
        }
        for (int from = 0; from < wanted.size(); from += MOST_DRAWS) {
            if (!draw(wanted.subList(from, Math.min(wanted.size(), from + MOST_DRAWS)))) {
                return;
            }
        }
    }

    private boolean draw(List<Draw> wanted) {
        try {
            settle(wanted, draws.draw(wanted));
            if (away) {
                log.info("Limits are shared with other processes again");
            }
            away = false;
            return true;
        } catch (DataAccessException failure) {
            if (!away) {
                log.warn("Limits can't be shared while the database is away; {} processes were seen", processes);
            }
            log.debug("A block could not be drawn", failure);
            away = true;
            return false;
        }
    }

    private void settle(List<Draw> wanted, List<Draw.Drawn> answers) {
        var asked = new HashMap<String, Draw>();
        wanted.forEach(draw -> asked.put(draw.name() + " " + draw.minute(), draw));
        for (var answer : answers) {
            if (answer.name().equals(PROCESSES)) {
                counted(answer);
                continue;
            }
            var draw = asked.get(answer.name() + " " + answer.minute());
            var share = shares.get(answer.name());
            if (draw != null && share != null) {
                share.drawn(draw, answer);
            }
        }
    }

    /// Of this minute and the one before: who comes first in a minute sees nobody else yet.
    private void counted(Draw.Drawn answer) {
        if (answer.minute() != countedIn) {
            countedBefore = answer.minute() == countedIn + 1 ? counted : 1;
            countedIn = answer.minute();
            draws.forget();
        }
        counted = answer.drawn();
        processes = Math.max(1, Math.max(counted, countedBefore));
    }

    @Override
    protected Duration round() {
        draw();
        return EVERY;
    }
}
