package dev.millrace.simulator.ledger;

import dev.millrace.simulator.http.RequestHead;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/// Every request that the simulator received: the newest in detail, all of them in the counts.
///
/// Old entries give way to new ones, so memory stays bounded however long a load run lasts: some 100 MB when full.
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

    private volatile Book book = new Book();
    private volatile Mode mode = Mode.FULL;

    /// Begins the entry of a request whose head has just been read.
    public Entry open(String provider, String format, Operation operation, RequestHead head) {
        Instant now = Instant.now();
        long micros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
        Book today = book;
        Entry entry =
                new Entry(today, today.nextNumber(), micros, provider, format, operation, head.method(), target(head));
        if (mode == Mode.FULL) {
            today.keep(entry);
        }
        return entry;
    }

    /// A key may stand in the query.
    private static String target(RequestHead head) {
        return head.target().contains("key=") ? KeyPrint.mask(head.target()) : head.target();
    }

    public void keepRaw(Entry entry, RequestHead head, byte[] body) {
        if (mode == Mode.FULL) {
            entry.book().keep(new RawRequest(entry.number(), head, body));
        }
    }

    /// The entries after the given number that match, oldest first.
    ///
    /// @param since entries with a higher number only; 0 for all
    public List<Entry> entries(long since, int limit, Predicate<Entry> wanted) {
        Book today = book;
        List<Entry> found = new ArrayList<>();
        long last = today.received();
        for (long number = Math.max(since, last - ENTRIES_KEPT) + 1; number <= last && found.size() < limit; number++) {
            today.entry(number).filter(wanted).ifPresent(found::add);
        }
        return found;
    }

    public Optional<RawRequest> raw(long number) {
        return book.raw(number);
    }

    public List<Count> counts() {
        return book.counts();
    }

    public long received() {
        return book.received();
    }

    /// Requests that have been received and have not ended.
    public long open() {
        return book.open();
    }

    public Mode mode() {
        return mode;
    }

    public void record(Mode mode) {
        this.mode = mode;
    }

    /// Begins a new book; numbers start again at 1. What is still under way ends in the old one.
    public void reset() {
        book = new Book();
        mode = Mode.FULL;
    }
}
