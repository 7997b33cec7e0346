package dev.millrace.simulator.behaviour;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Counts how often something limited has occurred.
final class Tally {

    private final Map<Object, AtomicLong> occurrences = new ConcurrentHashMap<>();

    /// Counts one more occurrence.
    ///
    /// @return 1 for the first
    long next(Object what) {
        return occurrences.computeIfAbsent(what, _ -> new AtomicLong()).incrementAndGet();
    }

    void clear() {
        occurrences.clear();
    }
}
