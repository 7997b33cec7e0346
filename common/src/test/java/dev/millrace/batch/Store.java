package dev.millrace.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// A store that writes when it is let, and remembers its batches. A negative number is poison.
class Store implements Combiner.Batch<Integer, String> {

    final List<List<Integer>> batches = new CopyOnWriteArrayList<>();
    final Semaphore begun = new Semaphore(0);
    final Semaphore allowed = new Semaphore(0);

    @Override
    public List<String> write(List<Integer> items) {
        batches.add(List.copyOf(items));
        begun.release();
        allowed.acquireUninterruptibly();
        if (items.stream().anyMatch(item -> item < 0)) {
            throw new IllegalArgumentException("poison");
        }
        return items.stream().map(item -> "written " + item).toList();
    }

    @Override
    public boolean splits(RuntimeException failure) {
        return failure instanceof IllegalArgumentException;
    }

    /// Waits until the writer stands in its next write.
    void awaitWrite() throws InterruptedException {
        assertThat(begun.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    }

    void allowAll() {
        allowed.release(1_000_000);
    }

    static String result(CompletableFuture<String> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    static List<CompletableFuture<String>> submit(Combiner<Integer, String> combiner, int from, int to) {
        return new ArrayList<>(
                IntStream.rangeClosed(from, to).mapToObj(combiner::submit).toList());
    }
}
