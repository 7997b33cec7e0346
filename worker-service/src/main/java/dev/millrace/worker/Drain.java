package dev.millrace.worker;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// Lets a worker that stops wait until it has nothing of a kind in hand any more.
public final class Drain {

    private final BooleanSupplier empty;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition emptied = lock.newCondition();

    /// @param empty whether nothing is in hand; asked by any thread
    public Drain(BooleanSupplier empty) {
        this.empty = empty;
    }

    /// To be called when something is no longer in hand.
    public void gone() {
        if (empty.getAsBoolean()) {
            lock.lock();
            try {
                emptied.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /// Waits until nothing is in hand.
    ///
    /// @param until when to give up, as [System#nanoTime()] tells the time
    /// @return false if something still was by then
    public boolean await(long until) throws InterruptedException {
        lock.lock();
        try {
            while (!empty.getAsBoolean()) {
                if (emptied.awaitNanos(until - System.nanoTime()) <= 0) {
                    return empty.getAsBoolean();
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
