package dev.millrace.simulator.ledger;

import dev.millrace.simulator.http.RequestHead;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;

/// Every request that the simulator received: the newest in detail, all of them in the counts.
///
/// Old entries give way to new ones, so memory stays bounded however long a load run lasts.
public final class Ledger {

    /// How much is written down of each request.
    public enum Mode {
        /// Entry, raw request and counts.
        FULL,
        /// Counts alone, for load runs.
        COUNTS;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static final int ENTRIES_KEPT = 200_000;
    public static final int RAW_KEPT = 1_000;

    private final AtomicReferenceArray<Entry> entries = new AtomicReferenceArray<>(ENTRIES_KEPT);
    private final AtomicReferenceArray<RawRequest> raw = new AtomicReferenceArray<>(RAW_KEPT);
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong finished = new AtomicLong();
    private final Counts counts = new Counts();
    private volatile Mode mode = Mode.FULL;

    /// Begins the entry of a request whose head has just been read.
    public Entry open(String provider, String format, Operation operation, RequestHead head) {
        Instant now = Instant.now();
        long micros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
        long number = received.incrementAndGet();
        Entry entry = new Entry(this, number, micros, provider, format, operation, head.method(), head.target());
        if (mode == Mode.FULL) {
            entries.set((int) (number % ENTRIES_KEPT), entry);
        }
        return entry;
    }

    public void keepRaw(Entry entry, RequestHead head, byte[] body) {
        if (mode == Mode.FULL) {
            raw.set((int) (entry.number() % RAW_KEPT), new RawRequest(entry.number(), head, body));
        }
    }

    void ended(Entry entry) {
        counts.add(entry);
        finished.incrementAndGet();
    }

    /// The entries after the given number that match, oldest first.
    ///
    /// @param since entries with a higher number only; 0 for all
    public List<Entry> entries(long since, int limit, Predicate<Entry> wanted) {
        List<Entry> found = new ArrayList<>();
        long last = received.get();
        for (long number = Math.max(since, last - ENTRIES_KEPT) + 1; number <= last && found.size() < limit; number++) {
            Entry entry = entries.get((int) (number % ENTRIES_KEPT));
            if (entry != null && entry.number() == number && wanted.test(entry)) {
                found.add(entry);
            }
        }
        return found;
    }

    public Optional<RawRequest> raw(long number) {
        RawRequest request = raw.get((int) Math.floorMod(number, (long) RAW_KEPT));
        return request != null && request.number() == number ? Optional.of(request) : Optional.empty();
    }

    public List<Count> counts() {
        return counts.all();
    }

    public long received() {
        return received.get();
    }

    /// Requests that have been received and have not ended.
    public long open() {
        return Math.max(0, received.get() - finished.get());
    }

    public Mode mode() {
        return mode;
    }

    public void record(Mode mode) {
        this.mode = mode;
    }

    /// Forgets everything; numbers start again at 1.
    public void reset() {
        for (int i = 0; i < ENTRIES_KEPT; i++) {
            entries.set(i, null);
        }
        for (int i = 0; i < RAW_KEPT; i++) {
            raw.set(i, null);
        }
        counts.clear();
        received.set(0);
        finished.set(0);
        mode = Mode.FULL;
    }
}
