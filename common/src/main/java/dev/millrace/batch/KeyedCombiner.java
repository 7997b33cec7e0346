package dev.millrace.batch;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Group commit as a [Combiner] has it, for items that wait for a row of their key's: only those of one key are written
/// together, and one batch of a key at a time. So a key whose row is held occupies one writer and delays itself. Keys
/// take turns.
public final class KeyedCombiner<K, I, O> implements AutoCloseable {

    private final Function<I, K> key;
    private final Combiner.Batch<I, O> batch;
    private final BatchLimit<I> limit;
    private final Admission<I> admission;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<K, Queue<Waiting<I, O>>> queues = new LinkedHashMap<>();
    private final Set<K> beingWritten = new HashSet<>();
    private final Writers writers;
    private int waiting;
    private boolean closed;

    /// What a writer has taken.
    private record Taken<K, I, O>(K key, List<Waiting<I, O>> items) {}

    /// @param writers how many keys may be written at once, each on its own connection
    /// @param admission of what is to wait; what it does not let in is refused
    public KeyedCombiner(
            String name,
            int writers,
            BatchLimit<I> limit,
            Admission<I> admission,
            Function<I, K> key,
            Combiner.Batch<I, O> batch) {
        this.key = key;
        this.batch = batch;
        this.limit = limit;
        this.admission = admission;
        this.writers = new Writers(name, writers, this::writeWhatWaits);
    }

    /// As [Combiner#submit(Object)].
    ///
    /// @throws RejectedExecutionException if too many wait, or after [#close()]
    public CompletableFuture<O> submit(I item) {
        var result = new CompletableFuture<O>();
        var own = key.apply(item);
        lock.lock();
        try {
            if (closed || !admission.enter(item)) {
                throw new RejectedExecutionException(closed ? "closed" : "too many waiting");
            }
            queues.computeIfAbsent(own, absent -> new ArrayDeque<>())
                    .add(new Waiting<>(item, result, System.nanoTime()));
            waiting++;
            changed.signal();
        } finally {
            lock.unlock();
        }
        return result;
    }

    /// How many items wait for a writer now.
    public int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    private void writeWhatWaits() {
        for (var taken = take(); taken != null; taken = take()) {
            try {
                Waiting.write(batch, taken.items());
            } finally {
                written(taken.key());
            }
        }
    }

    private void written(K own) {
        lock.lock();
        try {
            beingWritten.remove(own);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Taken<K, I, O> take() {
        lock.lock();
        try {
            while (true) {
                for (var own = next(); own != null; own = next()) {
                    var items = takeOf(own);
                    if (!items.isEmpty()) {
                        beingWritten.add(own);
                        return new Taken<>(own, items);
                    }
                }
                if (closed && queues.isEmpty()) {
                    return null;
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// The first in turn; those being written are few.
    private @Nullable K next() {
        for (var own : queues.keySet()) {
            if (!beingWritten.contains(own)) {
                return own;
            }
        }
        return null;
    }

    private List<Waiting<I, O>> takeOf(K own) {
        var queue = queues.remove(own);
        if (queue == null) {
            return List.of();
        }
        waiting -= queue.size();
        var taken = limit.take(queue, admission);
        waiting += queue.size();
        if (!queue.isEmpty()) {
            // Behind the others.
            queues.put(own, queue);
        }
        return taken;
    }

    /// Writes what waits, then ends the writers.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        writers.join();
    }
}
