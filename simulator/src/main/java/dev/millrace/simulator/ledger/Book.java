package dev.millrace.simulator.ledger;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// The pages of a ledger between two resets: two rings and the counts.
final class Book {

    private final AtomicReferenceArray<Entry> entries = new AtomicReferenceArray<>(Ledger.ENTRIES_KEPT);
    private final AtomicReferenceArray<RawRequest> raw = new AtomicReferenceArray<>(Ledger.RAW_KEPT);
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private final Counts counts = new Counts();

    long nextNumber() {
        return received.incrementAndGet();
    }

    void keep(Entry entry) {
        entries.set((int) (entry.number() % Ledger.ENTRIES_KEPT), entry);
    }

    void keep(RawRequest request) {
        raw.set((int) (request.number() % Ledger.RAW_KEPT), request);
    }

    void ended(Entry entry) {
        counts.add(entry);
        ended.incrementAndGet();
    }

    Optional<Entry> entry(long number) {
        return Optional.ofNullable(entries.get((int) Math.floorMod(number, (long) Ledger.ENTRIES_KEPT)))
                .filter(entry -> entry.number() == number);
    }

    Optional<RawRequest> raw(long number) {
        return Optional.ofNullable(raw.get((int) Math.floorMod(number, (long) Ledger.RAW_KEPT)))
                .filter(request -> request.number() == number);
    }

    List<Count> counts() {
        return counts.all();
    }

    long received() {
        return received.get();
    }

    long open() {
        // Read in this order a request that ends in between is not counted as less than none.
        long gone = ended.get();
        return received.get() - gone;
    }
}
