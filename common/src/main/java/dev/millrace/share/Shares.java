package dev.millrace.share;

import dev.millrace.database.Database;
import dev.millrace.loop.Loop;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;

/// Limits per minute that hold over all processes: of the calendar's minutes, or of any sixty seconds. Each process
/// draws a block of a limit from the database, commits it, and spends it from memory; the next block, also that of the
/// next minute, is drawn by a thread of its own before the first is spent. Whoever finds a block waits for nothing.
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

    private long second() {
        return Math.floorDiv(clock.millis(), 1_000L);
    }

    private Share share(String name) {
        var share = shares.get(name);
        if (share != null) {
            return share;
        }
        if (shares.size() >= MOST_NAMES) {
            long now = second();
            shares.values().removeIf(one -> one.isForgotten(now));
        }
        return shares.computeIfAbsent(name, Share::new);
    }

    /// Has a block of this limit, which holds for any sixty seconds, drawn at the beginning of each minute, before
    /// anybody asks.
    public void expectOfAnyMinute(String name, long perMinute) {
        share(name).holdForAnyMinute();
        expect(name, perMinute);
    }

    void expect(String name, long perMinute) {
        share(name).expect(second(), perMinute);
        ask();
    }

    /// Has a block of this limit drawn now if there is none, and waits for it, though not for long.
    public void ready(String name, long perMinute, Duration patience) throws InterruptedException {
        var share = share(name);
        long seen = share.answers();
        if (share.begin(second(), perMinute)) {
            ask();
            if (!away) {
                share.awaitAnswer(seen, patience.toMillis());
            }
        }
    }

    /// While the database is away it is not asked more often for that.
    private void ask() {
        if (!away) {
            wake();
        }
    }

    /// Takes an amount of a limit that holds for any sixty seconds, without waiting.
    ///
    /// @return false where the limit is used up, or where no block is there yet: asked again a moment later the
    ///     answer may be another, unless [#lacksUntil] says so
    public boolean takeOfAnyMinute(String name, long perMinute, long amount) {
        var share = share(name);
        share.holdForAnyMinute();
        return take(share, perMinute, amount);
    }

    boolean take(String name, long perMinute, long amount) {
        return take(share(name), perMinute, amount);
    }

    /// Takes an amount of a limit of this minute of the calendar. Where no block is there for it, it waits so long for
    /// one that is being drawn; where all is drawn or the database is away it does not.
    public boolean take(String name, long perMinute, long amount, Duration patience) throws InterruptedException {
        var share = share(name);
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            long seen = share.answers();
            if (take(share, perMinute, amount)) {
                return true;
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (share.allDrawn(second()) || away || millis <= 0) {
                return false;
            }
            share.awaitAnswer(seen, Math.min(millis, LOOK_AGAIN_MILLIS));
        }
    }

    private boolean take(Share share, long perMinute, long amount) {
        long now = second();
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
            share.settle(second(), Math.floorDiv(takenAt, 1_000L), more);
        }
    }

    /// How much is left of this minute as far as is known here, where what other processes hold counts as used.
    public long left(String name, long perMinute) {
        return share(name).leftOver(second(), perMinute);
    }

    /// Until when less than an amount is left for anybody, in milliseconds since 1970, as far as is known now; 0 where
    /// it may be taken. For a smaller one there may be room.
    public long lacksUntil(String name, long amount) {
        var share = shares.get(name);
        return share == null ? 0 : 1_000 * share.lacksUntil(second(), amount);
    }

    /// One round: draws what is wanted. One at a time, since what was used without being drawn is written down once.
    synchronized void draw() {
        if (shares.isEmpty()) {
            return;
        }
        long at = second();
        long now = Math.floorDiv(at, Slots.MINUTE);
        boolean nearlyOver = Slots.MINUTE - Math.floorMod(at, Slots.MINUTE) <= AHEAD_SECONDS;
        var uses = new LinkedHashMap<Draw, Share>();
        var wanted = new ArrayList<Draw>();
        for (var share : shares.values()) {
            var draws = share.draws(at, nearlyOver);
            wanted.addAll(draws);
            share.uses(at, !draws.isEmpty()).forEach(use -> uses.put(use, share));
        }
        if (!wanted.isEmpty() || countedIn != now || nearlyOver && countedLateIn != now) {
            long one = countedIn == now ? 0 : 1;
            wanted.addFirst(Draw.ofMinute(PROCESSES, now, Long.MAX_VALUE / 2, 0, one));
            countedLateIn = nearlyOver ? now : countedLateIn;
        }
        // What was used comes first: what is then drawn heeds it.
        if (inParts(
                List.copyOf(uses.keySet()),
                (use, answers) ->
                        use.forEach(one -> Objects.requireNonNull(uses.get(one)).wrote(one)))) {
            inParts(wanted, this::settle);
        }
    }

    private boolean inParts(List<Draw> all, BiConsumer<List<Draw>, List<Draw.Drawn>> settle) {
        for (int from = 0; from < all.size(); from += MOST_DRAWS) {
            if (!draw(all.subList(from, Math.min(all.size(), from + MOST_DRAWS)), settle)) {
                return false;
            }
        }
        return true;
    }

    private boolean draw(List<Draw> wanted, BiConsumer<List<Draw>, List<Draw.Drawn>> settle) {
        try {
            settle.accept(wanted, draws.draw(wanted));
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
        wanted.forEach(draw -> asked.put(draw.name() + " " + draw.at(), draw));
        for (var answer : answers) {
            if (answer.name().equals(PROCESSES)) {
                counted(answer);
                continue;
            }
            var draw = asked.get(answer.name() + " " + answer.at());
            var share = shares.get(answer.name());
            if (draw != null && share != null) {
                share.drawn(draw, answer);
            }
        }
    }

    /// Of this minute and the one before: who comes first in a minute sees nobody else yet.
    private void counted(Draw.Drawn answer) {
        long minute = Math.floorDiv(answer.at(), Slots.MINUTE);
        if (minute != countedIn) {
            countedBefore = minute == countedIn + 1 ? counted : 1;
            countedIn = minute;
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
