package dev.millrace.batch;

import static dev.millrace.batch.Store.result;
import static dev.millrace.batch.Store.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(30)
class CombinerTest {

    @Test
    void one_item_alone_is_written_at_once_and_alone() throws Exception {
        var store = new Store();
        store.allowAll();
        try (var combiner = new Combiner<>("test", 1, 100, 100, store)) {
            assertThat(result(combiner.submit(1))).isEqualTo("written 1");
            assertThat(result(combiner.submit(2))).isEqualTo("written 2");
            assertThat(store.batches).containsExactly(List.of(1), List.of(2));
        }
    }

    @Test
    void what_arrives_while_a_batch_is_written_is_the_next_batch() throws Exception {
        var store = new Store();
        try (var combiner = new Combiner<>("test", 1, 100, 100, store)) {
            var first = combiner.submit(1);
            store.awaitWrite();
            var rest = submit(combiner, 2, 50);
            assertThat(combiner.waiting()).isEqualTo(49);
            assertThat(first).isNotDone();
            store.allowAll();
            for (int i = 0; i < rest.size(); i++) {
                assertThat(result(rest.get(i))).isEqualTo("written " + (i + 2));
            }
            assertThat(store.batches)
                    .containsExactly(
                            List.of(1), IntStream.rangeClosed(2, 50).boxed().toList());
            assertThat(combiner.waiting()).isZero();
        }
    }

    @Test
    void nobody_is_told_before_the_own_batch_is_written() throws Exception {
        var store = new Store();
        try (var combiner = new Combiner<>("test", 1, 1, 100, store)) {
            var first = combiner.submit(1);
            var second = combiner.submit(2);
            store.awaitWrite();
            assertThat(first).isNotDone();
            store.allowed.release();
            assertThat(result(first)).isEqualTo("written 1");
            store.awaitWrite();
            assertThat(second).isNotDone();
            store.allowed.release();
            assertThat(result(second)).isEqualTo("written 2");
        }
    }

    @Test
    void a_batch_holds_no_more_than_its_most() throws Exception {
        var store = new Store();
        try (var combiner = new Combiner<>("test", 1, 10, 100, store)) {
            var futures = submit(combiner, 1, 1);
            store.awaitWrite();
            futures.addAll(submit(combiner, 2, 26));
            store.allowAll();
            for (var future : futures) {
                result(future);
            }
            assertThat(store.batches).extracting(List::size).containsExactly(1, 10, 10, 5);
        }
    }

    @Test
    void a_batch_weighs_no_more_than_its_most_and_what_is_heavier_alone_goes_alone() throws Exception {
        var store = new Store();
        var limit = new BatchLimit<Integer>(100, item -> item, 10);
        try (var combiner = new Combiner<>("test", 1, limit, Admission.ofAtMost(100), store)) {
            var futures = submit(combiner, 1, 1);
            store.awaitWrite();
            for (var item : List.of(4, 6, 3, 20, 1, 2)) {
                futures.add(combiner.submit(item));
            }
            store.allowAll();
            for (var future : futures) {
                result(future);
            }
            assertThat(store.batches)
                    .containsExactly(List.of(1), List.of(4, 6), List.of(3), List.of(20), List.of(1, 2));
        }
    }

    @Test
    void what_weighs_is_what_is_written_and_not_what_was_cancelled() throws Exception {
        var store = new Store();
        var limit = new BatchLimit<Integer>(100, item -> item, 10);
        try (var combiner = new Combiner<>("test", 1, limit, Admission.ofAtMost(100), store)) {
            combiner.submit(1);
            store.awaitWrite();
            combiner.submit(4);
            combiner.submit(9).cancel(false);
            var last = combiner.submit(6);
            store.allowAll();
            result(last);
            assertThat(store.batches).containsExactly(List.of(1), List.of(4, 6));
        }
    }

    @Test
    void whoever_leaves_the_queue_written_or_given_up_leaves_room() throws Exception {
        var store = new Store();
        var inside = new CopyOnWriteArrayList<Integer>();
        var admission = new Admission<Integer>() {
            @Override
            public boolean enter(Integer item) {
                return item % 2 == 0 && inside.add(item);
            }

            @Override
            public void leave(Integer item) {
                inside.remove(item);
            }
        };
        try (var combiner = new Combiner<>("test", 1, BatchLimit.ofItems(100), admission, store)) {
            var first = combiner.submit(0);
            store.awaitWrite();
            assertThat(inside).isEmpty();
            var second = combiner.submit(2);
            combiner.submit(4).cancel(false);
            assertThat(inside).containsExactly(2, 4);
            assertThatThrownBy(() -> combiner.submit(5)).isInstanceOf(RejectedExecutionException.class);

            store.allowAll();
            result(first);
            result(second);
            assertThat(inside).isEmpty();
        }
    }

    @Test
    void as_many_batches_are_written_at_once_as_there_are_writers() throws Exception {
        var store = new Store();
        try (var combiner = new Combiner<>("test", 3, 1, 100, store)) {
            var futures = submit(combiner, 1, 5);
            store.awaitWrite();
            store.awaitWrite();
            store.awaitWrite();
            assertThat(combiner.waiting()).isEqualTo(2);
            assertThat(store.begun.tryAcquire(50, TimeUnit.MILLISECONDS)).isFalse();
            store.allowAll();
            for (var future : futures) {
                result(future);
            }
        }
    }

    private static Combiner<Integer, String> ofTwoWriters(Store store, Duration patience) {
        return new Combiner<>(
                "test", 2, BatchLimit.ofItems(100), Admission.ofAtMost(100), store, patience, Gather.NOTHING);
    }

    @Test
    void a_second_writer_leaves_the_first_alone_until_a_crowd_waits() throws Exception {
        var store = new Store();
        try (var combiner = ofTwoWriters(store, Duration.ofHours(1))) {
            combiner.submit(1);
            store.awaitWrite();
            submit(combiner, 2, Combiner.CROWD);
            combiner.submit(Combiner.CROWD + 1);
            store.awaitWrite();
            assertThat(store.batches)
                    .containsExactly(
                            List.of(1),
                            IntStream.rangeClosed(2, Combiner.CROWD + 1).boxed().toList());
            store.allowAll();
        }
    }

    @Test
    void a_second_writer_takes_what_waits_for_long_behind_the_first() throws Exception {
        var store = new Store();
        try (var combiner = ofTwoWriters(store, Duration.ofMillis(20))) {
            var stuck = combiner.submit(1);
            store.awaitWrite();
            combiner.submit(2);
            store.awaitWrite();
            assertThat(stuck).isNotDone();
            assertThat(store.batches).containsExactly(List.of(1), List.of(2));
            store.allowAll();
        }
    }

    @Test
    void an_item_that_finds_too_many_waiting_is_refused_at_once() throws Exception {
        var store = new Store();
        try (var combiner = new Combiner<>("test", 1, 10, 3, store)) {
            var futures = submit(combiner, 1, 1);
            store.awaitWrite();
            futures.addAll(submit(combiner, 2, 4));
            assertThatThrownBy(() -> combiner.submit(5)).isInstanceOf(RejectedExecutionException.class);
            store.allowAll();
            for (var future : futures) {
                result(future);
            }
            assertThat(result(combiner.submit(6))).isEqualTo("written 6");
            assertThat(store.batches).noneMatch(batch -> batch.contains(5));
        }
    }

    @Test
    void one_item_that_is_refused_fails_alone() throws Exception {
        var store = new Store();
        try (var combiner = new Combiner<>("test", 1, 100, 100, store)) {
            combiner.submit(1);
            store.awaitWrite();
            var before = combiner.submit(2);
            var poison = combiner.submit(-1);
            var after = combiner.submit(3);
            store.allowAll();
            assertThat(result(before)).isEqualTo("written 2");
            assertThat(result(after)).isEqualTo("written 3");
            assertThatThrownBy(() -> result(poison)).hasRootCauseMessage("poison");
            assertThat(store.batches).contains(List.of(2, -1, 3), List.of(2), List.of(-1), List.of(3));
        }
    }

    @Test
    void a_failure_that_concerns_the_whole_batch_fails_all_of_it_and_is_not_written_again() throws Exception {
        var store = new Store() {
            @Override
            public boolean splits(RuntimeException failure) {
                return false;
            }
        };
        try (var combiner = new Combiner<>("test", 1, 100, 100, store)) {
            combiner.submit(1);
            store.awaitWrite();
            var neighbour = combiner.submit(2);
            var poison = combiner.submit(-1);
            store.allowAll();
            assertThatThrownBy(() -> result(neighbour)).hasRootCauseMessage("poison");
            assertThatThrownBy(() -> result(poison)).hasRootCauseMessage("poison");
            assertThat(result(combiner.submit(3))).isEqualTo("written 3");
            assertThat(store.batches).containsExactly(List.of(1), List.of(2, -1), List.of(3));
        }
    }

    @Test
    void a_writer_outlives_whatever_is_thrown_at_it() throws Exception {
        Combiner.Batch<Integer, String> broken = items -> {
            if (items.contains(1)) {
                throw new StackOverflowError("deep");
            }
            return items.contains(2) ? List.of() : List.of("fine");
        };
        try (var combiner = new Combiner<>("test", 1, 1, 100, broken)) {
            assertThatThrownBy(() -> result(combiner.submit(1)))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(StackOverflowError.class);
            assertThatThrownBy(() -> result(combiner.submit(2)))
                    .as("a batch that answers too little")
                    .isInstanceOf(ExecutionException.class);
            assertThat(result(combiner.submit(3))).isEqualTo("fine");
        }
    }

    @Test
    void an_item_that_was_cancelled_while_it_waited_is_not_written() throws Exception {
        var store = new Store();
        try (var combiner = new Combiner<>("test", 1, 100, 100, store)) {
            combiner.submit(1);
            store.awaitWrite();
            var given = combiner.submit(2);
            var up = combiner.submit(3);
            assertThat(up.cancel(false)).isTrue();
            store.allowAll();
            result(given);
            assertThat(store.batches).containsExactly(List.of(1), List.of(2));
        }
    }

    @Test
    void only_cancelled_items_make_no_batch() throws Exception {
        var store = new Store();
        try (var combiner = new Combiner<>("test", 1, 100, 100, store)) {
            combiner.submit(1);
            store.awaitWrite();
            combiner.submit(2).cancel(false);
            store.allowAll();
        }
        assertThat(store.batches).containsExactly(List.of(1));
    }

    @Test
    void closing_writes_what_waits_and_then_takes_nothing_more() throws Exception {
        var store = new Store();
        var combiner = new Combiner<>("test", 1, 2, 100, store);
        var futures = submit(combiner, 1, 1);
        store.awaitWrite();
        futures.addAll(submit(combiner, 2, 6));
        var closing = CompletableFuture.runAsync(combiner::close);
        store.allowAll();
        closing.get(10, TimeUnit.SECONDS);
        assertThat(futures).allSatisfy(future -> assertThat(future).isCompleted());
        assertThatThrownBy(() -> combiner.submit(7)).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void under_many_callers_each_item_is_written_once_and_answered_with_its_own_result() throws Exception {
        Set<Integer> seen = ConcurrentHashMap.newKeySet();
        var twice = new CopyOnWriteArrayList<Integer>();
        Combiner.Batch<Integer, Integer> doubling = items -> {
            items.stream().filter(item -> !seen.add(item)).forEach(twice::add);
            return items.stream().map(item -> item * 2).toList();
        };
        try (var combiner = new Combiner<>("test", 4, 64, 1_000_000, doubling)) {
            var futures = new ConcurrentHashMap<Integer, CompletableFuture<Integer>>();
            try (var callers = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
                for (int caller = 0; caller < 50; caller++) {
                    int from = caller * 1_000;
                    callers.submit(() -> IntStream.range(from, from + 1_000)
                            .forEach(item -> futures.put(item, combiner.submit(item))));
                }
            }
            for (var entry : futures.entrySet()) {
                assertThat(entry.getValue().get(10, TimeUnit.SECONDS)).isEqualTo(entry.getKey() * 2);
            }
            assertThat(futures).hasSize(50_000);
            assertThat(seen).hasSize(50_000);
            assertThat(twice).isEmpty();
        }
    }
}
