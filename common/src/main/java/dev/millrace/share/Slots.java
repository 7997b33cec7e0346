package dev.millrace.share;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiFunction;

/// When a limit was used that holds for any sixty seconds: by slots of a few seconds, as far as it is not written down
/// yet. A slot counts until its last moment is a minute ago.
final class Slots {

    static final long MINUTE = 60;
    static final long SECONDS = 3;

    /// As long as anybody may take to write down a slot after it has ended.
    static final long LATE = 2 * SECONDS;

    private static final long COUNTED = MINUTE / SECONDS;

    private final TreeMap<Long, Long> unwritten = new TreeMap<>();
    private long writtenIn = Long.MIN_VALUE;

    static long of(long second) {
        return Math.floorDiv(second, SECONDS);
    }

    /// The first second that counts.
    static long since(long second) {
        return (of(second) - COUNTED) * SECONDS;
    }

    /// The slot in which what counts begins with this second.
    static long countedIn(long since) {
        return of(since) + COUNTED;
    }

    /// @param amount below 0 for what was not needed after all
    void add(long second, long amount) {
        unwritten.merge(of(second), amount, Long::sum);
    }

    /// What is to be written down.
    ///
    /// @param now whether the present slot is too, though it goes on
    /// @param row makes a row of a slot's first second
    <T> List<T> due(long second, boolean now, BiFunction<Long, Long, T> row) {
        long present = of(second);
        if (!now && writtenIn == present) {
            return List.of();
        }
        writtenIn = present;
        unwritten.headMap(present - 2 * COUNTED).clear();
        var rows = new ArrayList<T>();
        unwritten.forEach((slot, amount) -> {
            if (amount != 0) {
                rows.add(row.apply(slot * SECONDS, amount));
            }
        });
        return rows;
    }

    void wrote(long second, long amount) {
        unwritten.computeIfPresent(of(second), (slot, all) -> all == amount ? null : all - amount);
    }
}
