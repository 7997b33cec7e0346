package dev.millrace.simulator.ledger;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Exact totals, kept however many requests come and whatever the ledger has let go.
final class Counts {

    private record Key(String provider, Operation operation, int status, Outcome outcome) {}

    private final ConcurrentHashMap<Key, LongAdder> ended = new ConcurrentHashMap<>();

    void add(Entry entry) {
        Entry.Ending ending = entry.ending();
        Key key = new Key(entry.provider(), entry.operation(), ending.status(), ending.outcome());
        LongAdder adder = ended.get(key);
        if (adder == null) {
            adder = ended.computeIfAbsent(key, _ -> new LongAdder());
        }
        adder.increment();
    }

    List<Count> all() {
        return ended.entrySet().stream()
                .map(e -> new Count(
                        e.getKey().provider(),
                        e.getKey().operation(),
                        e.getKey().status(),
                        e.getKey().outcome(),
                        e.getValue().sum()))
                .sorted(Comparator.comparing(Count::provider)
                        .thenComparing(Count::operation)
                        .thenComparingInt(Count::status)
                        .thenComparing(Count::outcome))
                .toList();
    }
}
