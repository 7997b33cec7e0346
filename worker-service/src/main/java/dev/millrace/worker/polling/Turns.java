package dev.millrace.worker.polling;

import dev.millrace.render.RenderKey;
import dev.millrace.render.Wanted;
import dev.millrace.routing.Room;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/// Whose turn it is to ask a provider: so many with one key at once and no more, and of the slots that all providers
/// share no provider takes all ([Room]). Who finds no turn waits here for a moment, without a thread and without a
/// slot, so that a turn that ends has a successor at once; who has waited too long is to be left where any worker
/// finds it. A provider that hangs thus delays its own alone.
///
/// @param <T> what takes turns
final class Turns<T> {

    /// The right to ask a provider with a key.
    interface Turn {
        /// Gives it to the next, once.
        void end();
    }

    /// Polls that are answered in this time hand their turns on here; those of a provider that hangs are given back.
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private record Waiting<T>(T what, long since) {}

    private record Next<T>(T what, Turn turn) {}

    private static final class Key<T> {
        final Queue<Waiting<T>> waiting = new ArrayDeque<>();
        int underWay;
    }

    private final Room room;
    private final int mostOfKey;
    private final BiConsumer<T, Turn> start;
    private final Runnable roomAgain;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<RenderKey, Key<T>> keys = new HashMap<>();
    private int underWay;
    private int waiting;
    private boolean closed;

    /// @param room what the turns of all are taken of
    /// @param mostOfKey turns of a key at once
    /// @param start what is done with a turn; called on the thread that takes it, or on that whose turn ends, and
    ///     is to return soon
    /// @param roomAgain told when a key that had no turn left has one, and nobody waits for it here
    Turns(Room room, int mostOfKey, BiConsumer<T, Turn> start, Runnable roomAgain, LongSupplier nanos) {
        this.room = room;
        this.mostOfKey = mostOfKey;
        this.start = start;
        this.roomAgain = roomAgain;
        this.nanos = nanos;
    }

    /// Starts something at once, or as soon as it can have a turn.
    void take(RenderKey of, T what) {
        Next<T> next;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            var key = keys.computeIfAbsent(of, unknown -> new Key<>());
            if (!key.waiting.isEmpty() || !hasTurn(of, key)) {
                key.waiting.add(new Waiting<>(what, nanos.getAsLong()));
                waiting++;
                return;
            }
            next = next(of, key, what);
        } finally {
            lock.unlock();
        }
        start.accept(next.what(), next.turn());
    }

    private boolean hasTurn(RenderKey of, Key<T> key) {
        return key.underWay < mostOfKey && room.has(of.provider());
    }

    private Next<T> next(RenderKey of, Key<T> key, T what) {
        if (!room.take(of.provider())) {
            throw new IllegalStateException("Nobody else takes of this room");
        }
        key.underWay++;
        underWay++;
        var over = new AtomicBoolean();
        return new Next<>(what, () -> {
            if (over.compareAndSet(false, true)) {
                passOn(of);
            }
        });
    }

    private void passOn(RenderKey of) {
        List<Next<T>> successors;
        boolean again;
        lock.lock();
        try {
            var key = Objects.requireNonNull(keys.get(of), "A turn is a key's");
            boolean hadNone = !hasTurn(of, key);
            room.give(of.provider());
            key.underWay--;
            underWay--;
            successors = successors();
            again = hadNone && hasTurn(of, key) && key.waiting.isEmpty();
            keys.values().removeIf(Turns::idle);
        } finally {
            lock.unlock();
        }
        successors.forEach(next -> start.accept(next.what(), next.turn()));
        if (again) {
            roomAgain.run();
        }
    }

    /// Those that wait and can have a turn now, the longest first: what one provider gives back may be another's.
    private List<Next<T>> successors() {
        var successors = new ArrayList<Next<T>>();
        while (waiting > 0) {
            var first = keys.entrySet().stream()
                    .filter(key -> !key.getValue().waiting.isEmpty() && hasTurn(key.getKey(), key.getValue()))
                    .min(Comparator.comparingLong(
                            key -> key.getValue().waiting.element().since()));
            if (first.isEmpty()) {
                break;
            }
            var key = first.get().getValue();
            waiting--;
            successors.add(next(first.get().getKey(), key, key.waiting.remove().what()));
        }
        return successors;
    }

    private static boolean idle(Key<?> key) {
        return key.underWay == 0 && key.waiting.isEmpty();
    }

    /// Takes away those that have waited too long.
    List<T> tired() {
        lock.lock();
        try {
            var tired = new ArrayList<T>();
            long since = nanos.getAsLong() - PATIENCE.toNanos();
            for (var key : keys.values()) {
                while (!key.waiting.isEmpty() && key.waiting.element().since() - since <= 0) {
                    tired.add(key.waiting.remove().what());
                    waiting--;
                }
            }
            keys.values().removeIf(Turns::idle);
            return tired;
        } finally {
            lock.unlock();
        }
    }

    /// What to take up: none of a key or a provider that has no turn left, or for which somebody waits already. They
    /// are better left where any worker finds them.
    Wanted wanted(int most) {
        lock.lock();
        try {
            return new Wanted(
                    most,
                    keys.keySet().stream()
                            .map(RenderKey::provider)
                            .distinct()
                            .filter(provider -> !room.has(provider))
                            .toList(),
                    keys.entrySet().stream()
                            .filter(key -> !key.getValue().waiting.isEmpty() || key.getValue().underWay >= mostOfKey)
                            .map(Map.Entry::getKey)
                            .toList());
        } finally {
            lock.unlock();
        }
    }

    int underWay() {
        lock.lock();
        try {
            return underWay;
        } finally {
            lock.unlock();
        }
    }

    /// Forgets those that wait, and starts nothing any more.
    void close() {
        lock.lock();
        try {
            closed = true;
            waiting = 0;
            keys.values().forEach(key -> key.waiting.clear());
        } finally {
            lock.unlock();
        }
    }
}
