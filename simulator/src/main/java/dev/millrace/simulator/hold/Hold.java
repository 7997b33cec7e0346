package dev.millrace.simulator.hold;

import dev.millrace.simulator.behaviour.Rule;
import dev.millrace.simulator.http.Connection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Stops the requests it matches at one point until they are released, the longest waiting first.
///
/// A request whose client went away stays held: a provider that has read a request does not forget it because the
/// caller died.
public final class Hold {

    private static final long LOOK_FOR_CLIENT_EVERY_MILLIS = 100;

    private final String id;
    private final HoldPoint point;
    private final Rule.Match match;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Waiter> waiters = new ArrayDeque<>();
    private long left;
    private long arrived;
    private boolean removed;

    private static final class Waiter {
        private boolean gone;
        private Release release = Release.GO_ON;
        private boolean released;
    }

    /// How a hold stands.
    ///
    /// @param waiting requests that stand at the point now
    /// @param gone    those of them whose client has gone
    /// @param arrived all that ever stood there
    public record State(int waiting, int gone, long arrived) {}

    /// @param times so many requests are stopped, the rest passes
    Hold(String id, HoldPoint point, Rule.Match match, long times) {
        this.id = id;
        this.point = point;
        this.match = match;
        this.left = times;
    }

    public String id() {
        return id;
    }

    public HoldPoint point() {
        return point;
    }

    public Rule.Match match() {
        return match;
    }

    public State state() {
        lock.lock();
        try {
            return stateNow();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until at least `count` requests stand at the point, or the time is over.
    public State awaitWaiting(int count, Duration atMost) throws InterruptedException {
        long nanos = atMost.toNanos();
        lock.lock();
        try {
            while (waiters.size() < count && nanos > 0 && !removed) {
                nanos = changed.awaitNanos(nanos);
            }
            return stateNow();
        } finally {
            lock.unlock();
        }
    }

    /// Lets the longest waiting requests go; the hold stays in place for those that come later.
    ///
    /// @return how many were let go
    public int release(int count, Release release) {
        lock.lock();
        try {
            int released = 0;
            while (released < count && !waiters.isEmpty()) {
                Waiter waiter = waiters.remove();
                waiter.release = release;
                waiter.released = true;
                released++;
            }
            changed.signalAll();
            return released;
        } finally {
            lock.unlock();
        }
    }

    /// Takes the hold away and lets everyone go.
    void remove() {
        lock.lock();
        try {
            removed = true;
            release(Integer.MAX_VALUE, Release.GO_ON);
        } finally {
            lock.unlock();
        }
    }

    /// Stands here until released.
    Release stand(Connection client) {
        Waiter waiter = new Waiter();
        lock.lock();
        try {
            if (removed || left == 0) {
                return Release.GO_ON;
            }
            left--;
            arrived++;
            waiters.add(waiter);
            changed.signalAll();
            while (!waiter.released) {
                if (changed.await(LOOK_FOR_CLIENT_EVERY_MILLIS, TimeUnit.MILLISECONDS) || waiter.gone) {
                    continue;
                }
                lock.unlock();
                boolean gone = client.isGone();
                lock.lock();
                waiter.gone = gone;
            }
            return waiter.release;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Release.DROP;
        } finally {
            waiters.remove(waiter);
            lock.unlock();
        }
    }

    private State stateNow() {
        int gone = (int) waiters.stream().filter(w -> w.gone).count();
        return new State(waiters.size(), gone, arrived);
    }
}
