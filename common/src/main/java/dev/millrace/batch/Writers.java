package dev.millrace.batch;

import java.util.ArrayList;
import java.util.List;

/// The threads of a group commit. Each takes what waits and writes it, until it is closed and nothing waits any more.
final class Writers {

    private final List<Thread> threads = new ArrayList<>();

    Writers(String name, int number, Runnable writeWhatWaits) {
        for (int i = 0; i < number; i++) {
            threads.add(Thread.ofPlatform().daemon().name(name + "-" + i).start(writeWhatWaits));
        }
    }

    /// Waits for the end of all.
    void join() {
        for (var thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
