package dev.millrace.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Items are texts such as `a1`, whose key is their letter; the letters `h` are held until they are let go.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(30)
class KeyedCombinerTest {

    private final List<List<String>> batches = new CopyOnWriteArrayList<>();
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore allowed = new Semaphore(0);
    private final KeyedCombiner<Character, String, String> combiner = combiner(2, 3, 8);

    private KeyedCombiner<Character, String, String> combiner(int writers, int maxBatch, int maxWaiting) {
        return combiner(writers, BatchLimit.ofItems(maxBatch), Admission.ofAtMost(maxWaiting));
    }

    private KeyedCombiner<Character, String, String> combiner(
            int writers, BatchLimit<String> limit, Admission<String> admission) {
        return new KeyedCombiner<>("test", writers, limit, admission, item -> item.charAt(0), this::write);
    }

    /// Of each key so many.
    private static final class OfEach implements Admission<String> {
        private final int most;
        private final Map<Character, Integer> waiting = new HashMap<>();

        OfEach(int most) {
            this.most = most;
        }

        @Override
        public boolean enter(String item) {
            return waiting.merge(item.charAt(0), 1, Integer::sum) <= most;
        }

        @Override
        public void leave(String item) {
            waiting.merge(item.charAt(0), -1, Integer::sum);
        }
    }

    private List<String> write(List<String> items) {
        batches.add(List.copyOf(items));
        if (items.getFirst().startsWith("h")) {
            begun.release();
            allowed.acquireUninterruptibly();
        }
        return items.stream().map(item -> "written " + item).toList();
    }

    @AfterEach
    void close() {
        allowed.release(1_000);
        combiner.close();
    }

    private CompletableFuture<String> held(String item) throws InterruptedException {
        var held = combiner.submit(item);
        assertThat(begun.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        return held;
    }

    private static String result(CompletableFuture<String> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    @Test
    void a_key_that_is_held_delays_no_other() throws Exception {
        var held = held("h1");
        var behind = combiner.submit("h2");

        assertThat(result(combiner.submit("a1"))).isEqualTo("written a1");
        assertThat(result(combiner.submit("b1"))).isEqualTo("written b1");
        assertThat(held).isNotDone();
        assertThat(behind).isNotDone();

        allowed.release(2);
        assertThat(result(held)).isEqualTo("written h1");
        assertThat(result(behind)).isEqualTo("written h2");
    }

    @Test
    void what_came_while_a_key_was_written_is_its_next_batch_and_no_others() throws Exception {
        held("h1");
        var last = IntStream.rangeClosed(2, 5)
                .mapToObj(i -> combiner.submit("h" + i))
                .toList()
                .getLast();
        result(combiner.submit("a1"));
        assertThat(combiner.waiting()).isEqualTo(4);

        allowed.release(3);
        result(last);

        assertThat(batches).containsExactly(List.of("h1"), List.of("a1"), List.of("h2", "h3", "h4"), List.of("h5"));
        assertThat(combiner.waiting()).isZero();
    }

    @Test
    void keys_take_turns() throws Exception {
        try (var one = combiner(1, 1, 100)) {
            one.submit("h0");
            assertThat(begun.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            List.of("a1", "a2", "a3").forEach(one::submit);
            var other = one.submit("b1");
            allowed.release(100);
            result(other);
        }
        assertThat(batches.stream().map(List::getFirst)).containsExactly("h0", "a1", "b1", "a2", "a3");
    }

    @Test
    void a_key_of_which_too_many_wait_is_refused_and_leaves_room_to_others() throws Exception {
        try (var one = combiner(2, BatchLimit.ofItems(100), new OfEach(5))) {
            one.submit("h0");
            assertThat(begun.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            for (int i = 1; i <= 5; i++) {
                one.submit("h" + i);
            }

            assertThatThrownBy(() -> one.submit("h6")).isInstanceOf(RejectedExecutionException.class);

            assertThat(result(one.submit("a1"))).isEqualTo("written a1");
            allowed.release(100);
        }
    }

    @Test
    void a_batch_weighs_no_more_than_its_most() throws Exception {
        var byLength = new BatchLimit<String>(100, String::length, 6);
        try (var one = combiner(1, byLength, Admission.ofAtMost(100))) {
            one.submit("h0");
            assertThat(begun.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            List.of("a1", "a22", "b1", "a3", "a4444444").forEach(one::submit);
            assertThat(one.waiting()).isEqualTo(5);
            allowed.release(100);
        }
        assertThat(batches)
                .containsExactly(
                        List.of("h0"), List.of("a1", "a22"), List.of("b1"), List.of("a3"), List.of("a4444444"));
    }

    @Test
    void all_together_are_bounded() throws Exception {
        try (var one = combiner(1, 1, 3)) {
            one.submit("h0");
            assertThat(begun.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            List.of("a1", "b1", "c1").forEach(one::submit);

            assertThatThrownBy(() -> one.submit("d1")).isInstanceOf(RejectedExecutionException.class);
            allowed.release(100);
        }
    }

    @Test
    void an_item_that_was_cancelled_while_it_waited_is_not_written() throws Exception {
        held("h1");
        combiner.submit("h2").cancel(false);
        allowed.release(100);
        result(combiner.submit("h3"));

        assertThat(batches).containsExactly(List.of("h1"), List.of("h3"));
    }

    @Test
    void one_item_that_is_refused_fails_alone() throws Exception {
        Combiner.Batch<String, String> picky = items -> {
            var written = write(items);
            if (items.contains("h3")) {
                throw new IllegalArgumentException("poison");
            }
            return written;
        };
        try (var one = new KeyedCombiner<Character, String, String>(
                "test",
                1,
                BatchLimit.ofItems(10),
                Admission.ofAtMost(10),
                item -> item.charAt(0),
                picky.splitting(IllegalArgumentException.class::isInstance))) {
            one.submit("h1");
            assertThat(begun.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            var before = one.submit("h2");
            var poison = one.submit("h3");
            var after = one.submit("h4");
            allowed.release(100);

            assertThat(result(before)).isEqualTo("written h2");
            assertThat(result(after)).isEqualTo("written h4");
            assertThatThrownBy(() -> result(poison)).hasRootCauseMessage("poison");
        }
    }

    @Test
    void closing_writes_what_waits_and_then_takes_nothing_more() throws Exception {
        held("h1");
        var waiting = List.of(combiner.submit("h2"), combiner.submit("a1"));
        allowed.release(100);

        combiner.close();

        assertThat(waiting).allSatisfy(future -> assertThat(future).isCompleted());
        assertThatThrownBy(() -> combiner.submit("a2")).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void under_many_callers_each_item_is_written_once_and_no_key_twice_at_once() throws Exception {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        Map<Character, AtomicInteger> now = new ConcurrentHashMap<>();
        var wrong = new CopyOnWriteArrayList<String>();
        Combiner.Batch<String, String> watched = items -> {
            var writing = now.computeIfAbsent(items.getFirst().charAt(0), key -> new AtomicInteger());
            if (writing.incrementAndGet() > 1) {
                wrong.add("two batches of " + items.getFirst().charAt(0));
            }
            items.stream().filter(item -> !seen.add(item)).forEach(wrong::add);
            writing.decrementAndGet();
            return items;
        };
        var futures = new ConcurrentHashMap<String, CompletableFuture<String>>();
        try (var many = new KeyedCombiner<Character, String, String>(
                        "test",
                        4,
                        BatchLimit.ofItems(16),
                        Admission.ofAtMost(1_000_000),
                        item -> item.charAt(0),
                        watched);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < 20; caller++) {
                int from = caller * 500;
                callers.submit(() -> IntStream.range(from, from + 500)
                        .mapToObj(i -> (char) ('a' + i % 7) + "" + i)
                        .forEach(item -> futures.put(item, many.submit(item))));
            }
        }
        assertThat(futures)
                .hasSize(10_000)
                .allSatisfy((item, future) -> assertThat(future).isCompletedWithValue(item));
        assertThat(seen).hasSize(10_000);
        assertThat(wrong).isEmpty();
    }
}
