package dev.millrace.batch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/// Group commit: takes whatever waits, without a timer, and hands it to one `write` together. At low load that is
/// one item at a time; under load a batch grows to what arrived while the one before it was written.
///
/// One writer does it as long as it keeps up, since a commit for two costs little more than one for one. Another joins
/// it where a crowd waits, or where one waits for longer than a commit takes: behind a lock, or a slow disk.
///
/// Where a wait harms nobody, a batch may [gather][Gather].
///
/// The queue is bounded, and so is a batch: what finds the queue full is refused at once, so that a stalled database
/// turns into refusals and not into memory.
public final class Combiner<I, O> implements AutoCloseable {

    /// Writes a batch. Answers one result for each item, in order. An exception concerns the whole batch, unless
    /// [#splits(RuntimeException)] says that the items are to be written one by one.
    public interface Batch<I, O> {
        List<O> write(List<I> items);

        /// Whether a failure may be the fault of one item, and its neighbours are worth writing without it.
        default boolean splits(RuntimeException failure) {
            return false;
        }

        /// This one, whose items are written one by one after such a failure.
        default Batch<I, O> splitting(Predicate<RuntimeException> ofOneItem) {
            var whole = this;
            return new Batch<>() {
                @Override
                public List<O> write(List<I> items) {
                    return whole.write(items);
                }

                @Override
                public boolean splits(RuntimeException failure) {
                    return ofOneItem.test(failure);
                }
            };
        }
    }

    /// So many that wait are worth a commit of their own beside the one that is being written.
    static final int CROWD = 16;

    /// How long the first in the queue waits for the one writer.
    private static final Duration PATIENCE = Duration.ofMillis(5);

    private final Batch<I, O> batch;
    private final BatchLimit<I> limit;
    private final long patience;
    private final Gather gather;
    private final Admission<I> admission;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Queue<Waiting<I, O>> waiting = new ArrayDeque<>();
    private final Writers writers;
    private int writing;
    private long gathersUntil = System.nanoTime();
    private boolean isWatched;
    private boolean closed;

    /// @param writers how many batches may be written at once, each on its own connection
    /// @param maxBatch most items in one statement
    /// @param maxWaiting most items waiting; more are refused
    public Combiner(String name, int writers, int maxBatch, int maxWaiting, Batch<I, O> batch) {
        this(name, writers, BatchLimit.ofItems(maxBatch), Admission.ofAtMost(maxWaiting), batch);
    }

    /// @param admission of what is to wait; what it does not let in is refused
    public Combiner(String name, int writers, BatchLimit<I> limit, Admission<I> admission, Batch<I, O> batch) {
        this(name, writers, limit, admission, batch, PATIENCE, Gather.NOTHING);
    }

    /// @param gather how long batches gather
    public Combiner(
            String name, int writers, BatchLimit<I> limit, Admission<I> admission, Batch<I, O> batch, Gather gather) {
        this(name, writers, limit, admission, batch, PATIENCE, gather);
    }

    Combiner(
            String name,
            int writers,
            BatchLimit<I> limit,
            Admission<I> admission,
            Batch<I, O> batch,
            Duration patience,
            Gather gather) {
        this.batch = batch;
        this.limit = limit;
        this.admission = admission;
        this.patience = patience.toNanos();
        this.gather = gather;
        this.writers = new Writers(name, writers, this::writeWhatWaits);
    }

    /// Hands an item over. The future ends when the item's own commit has, or with its failure. An item whose future
    /// was cancelled before a writer took it is not written.
    ///
    /// @throws RejectedExecutionException if too many wait, or after [#close()]
    public CompletableFuture<O> submit(I item) {
        var result = new CompletableFuture<O>();
        lock.lock();
        try {
            if (closed || !admission.enter(item)) {
                throw new RejectedExecutionException(closed ? "closed" : "too many waiting");
            }
            waiting.add(new Waiting<>(item, result, System.nanoTime()));
            if (wakesWriter()) {
                arrived.signal();
            }
        } finally {
            lock.unlock();
        }
        return result;
    }

    /// How many items wait for a writer now.
    public int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /// Whether what has just come may be more than the writer that looks at the clock knows of.
    private boolean wakesWriter() {
        int size = waiting.size();
        return !isWatched
                || size == CROWD
                || size == limit.most()
                || writing == 0 && System.nanoTime() - gathersUntil >= 0;
    }

    private void writeWhatWaits() {
        for (var taken = take(); !taken.isEmpty(); taken = take()) {
            try {
                Waiting.write(batch, taken);
            } finally {
                written();
            }
        }
    }

    private void written() {
        lock.lock();
        try {
            writing--;
        } finally {
            lock.unlock();
        }
    }

    /// @return empty once there is nothing more to come
    private List<Waiting<I, O>> take() {
        lock.lock();
        try {
            while (true) {
                var first = waiting.peek();
                if (first == null) {
                    if (closed) {
                        return List.of();
                    }
                    arrived.awaitUninterruptibly();
                    continue;
                }
                long left = patienceLeft(first);
                if (left <= 0) {
                    var taken = limit.take(waiting, admission);
                    if (!taken.isEmpty()) {
                        writing++;
                        gathersUntil =
                                System.nanoTime() + gather.after(taken.size()).toNanos();
                        if (!waiting.isEmpty()) {
                            arrived.signal();
                        }
                        return taken;
                    }
                } else if (isWatched) {
                    arrived.awaitUninterruptibly();
                } else {
                    watch(left);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private long patienceLeft(Waiting<I, O> first) {
        if (closed || waiting.size() >= limit.most()) {
            return 0;
        }
        long now = System.nanoTime();
        long gathering = gathersUntil - now;
        return writing == 0 || waiting.size() >= CROWD
                ? gathering
                : Math.max(gathering, patience - (now - first.since()));
    }

    private void watch(long nanos) {
        isWatched = true;
        try {
            arrived.awaitNanos(nanos);
        } catch (InterruptedException interrupted) {
            // Nobody interrupts a writer; one that was goes on like the others.
        } finally {
            isWatched = false;
        }
    }

    /// Writes what waits, then ends the writers.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
        writers.join();
    }
}
