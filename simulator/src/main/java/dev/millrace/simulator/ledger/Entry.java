package dev.millrace.simulator.ledger;

import org.jspecify.annotations.Nullable;

/// One request in the ledger, from its first line on.
public final class Entry {

    /// How the request ended, or that it has not.
    ///
    /// @param status the HTTP status sent, 0 if none was
    /// @param nanos  from the head's arrival to the answer's last byte or to the client's leaving
    public record Ending(int status, Outcome outcome, boolean clientGone, long nanos) {
        static final Ending OPEN = new Ending(0, Outcome.OPEN, false, 0);
    }

    private final Book book;
    private final long number;
    private final long timeMicros;
    private final long startedNanos;
    private final String provider;
    private final String format;
    private final Operation operation;
    private final String method;
    private final String target;
    private volatile Asked asked = Asked.NOT_READ;
    private volatile Ending ending = Ending.OPEN;
    private volatile @Nullable String requestId;
    private volatile @Nullable String renderId;

    Entry(
            Book book,
            long number,
            long timeMicros,
            String provider,
            String format,
            Operation operation,
            String method,
            String target) {
        this.book = book;
        this.number = number;
        this.timeMicros = timeMicros;
        this.startedNanos = System.nanoTime();
        this.provider = provider;
        this.format = format;
        this.operation = operation;
        this.method = method;
        this.target = target;
    }

    Book book() {
        return book;
    }

    /// Counts from 1 over all providers.
    public long number() {
        return number;
    }

    /// When the head had been read, in microseconds since 1970.
    public long timeMicros() {
        return timeMicros;
    }

    public String provider() {
        return provider;
    }

    /// The wire format's name, such as `openai`.
    public String format() {
        return format;
    }

    public Operation operation() {
        return operation;
    }

    public String method() {
        return method;
    }

    public String target() {
        return target;
    }

    public Asked asked() {
        return asked;
    }

    public Ending ending() {
        return ending;
    }

    public @Nullable String requestId() {
        return requestId;
    }

    /// The render that this request created, or asked about.
    public @Nullable String renderId() {
        return renderId;
    }

    public void read(Asked asked) {
        this.asked = asked;
    }

    public void named(String requestId) {
        this.requestId = requestId;
    }

    public void concerns(String renderId) {
        this.renderId = renderId;
    }

    /// Writes down the end. Called before the answer's last byte leaves, so that a client that has its answer finds it
    /// in the ledger.
    public void end(int status, Outcome outcome) {
        boolean first = ending.outcome() == Outcome.OPEN;
        ending = new Ending(status, outcome, ending.clientGone(), System.nanoTime() - startedNanos);
        if (first) {
            book.ended(this);
        }
    }

    /// The client was found to have gone before it had its answer.
    public void clientGone() {
        Ending now = ending;
        ending = new Ending(now.status(), now.outcome(), true, System.nanoTime() - startedNanos);
    }
}
