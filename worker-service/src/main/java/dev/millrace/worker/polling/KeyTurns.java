package dev.millrace.worker.polling;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Whose turn it is to poll: so many renders of one key at once, and no more. A render whose key has no turn left
/// waits here, without a thread and without a slot, so that a provider that hangs delays those of its own key only.
final class KeyTurns {

    /// The right to ask a provider with a key.
    interface Turn {
        /// Gives it to the next, once.
        void end();
    }

    private static final class Key {
        final Queue<Consumer<Turn>> waiting = new ArrayDeque<>();
        int underWay;
    }

    private final int most;
    private final Runnable drained;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Key> keys = new HashMap<>();
    private boolean closed;

    /// @param most turns of a key at once
    /// @param drained told when the last that waited for a key has its turn
    KeyTurns(int most, Runnable drained) {
        this.most = most;
        this.drained = drained;
    }

    /// Starts something at once, or as soon as another turn of this key ends.
    ///
    /// @param start called on this thread or on that whose turn ends, and is to return soon
    void take(String keyRef, Consumer<Turn> start) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            var key = keys.computeIfAbsent(keyRef, ref -> new Key());
            if (key.underWay >= most) {
                key.waiting.add(start);
                return;
            }
            key.underWay++;
        } finally {
            lock.unlock();
        }
        start.accept(turn(keyRef));
    }

    private Turn turn(String keyRef) {
        var over = new AtomicBoolean();
        return () -> {
            if (over.compareAndSet(false, true)) {
                passOn(keyRef);
            }
        };
    }

    private void passOn(String keyRef) {
        Optional<Consumer<Turn>> next;
        boolean last;
        lock.lock();
        try {
            var key = Objects.requireNonNull(keys.get(keyRef), "A turn is a key's");
            next = Optional.ofNullable(key.waiting.poll());
            last = next.isPresent() && key.waiting.isEmpty();
            if (next.isEmpty() && --key.underWay == 0) {
                keys.remove(keyRef);
            }
        } finally {
            lock.unlock();
        }
        next.ifPresent(start -> start.accept(turn(keyRef)));
        if (last) {
            drained.run();
        }
    }

    /// Keys for which some wait here: more of them are better left where any worker finds them.
    List<String> waitedFor() {
        lock.lock();
        try {
            return keys.entrySet().stream()
                    .filter(key -> !key.getValue().waiting.isEmpty())
                    .map(Map.Entry::getKey)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /// Forgets those that wait, and starts nothing any more.
    void close() {
        lock.lock();
        try {
            closed = true;
            keys.values().forEach(key -> key.waiting.clear());
        } finally {
            lock.unlock();
        }
    }
}
