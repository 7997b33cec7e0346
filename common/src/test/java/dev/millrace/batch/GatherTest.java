package dev.millrace.batch;

import static dev.millrace.batch.Store.result;
import static dev.millrace.batch.Store.submit;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How long batches wait for more, and when they do not.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(30)
class GatherTest {

    private static Combiner<Integer, String> gathering(Store store, Duration gather) {
        return new Combiner<>(
                "test", 1, BatchLimit.ofItems(100), Admission.ofAtMost(200), store, Gather.inCrowds(gather));
    }

    private static void writeCrowd(Store store, Combiner<Integer, String> combiner) throws Exception {
        var first = combiner.submit(0);
        store.awaitWrite();
        var crowd = submit(combiner, 1, Combiner.CROWD);
        store.allowAll();
        result(first);
        result(crowd.getLast());
        store.begun.drainPermits();
    }

    @Test
    void the_batch_after_a_crowd_gathers_what_comes_until_it_is_full() throws Exception {
        var store = new Store();
        try (var combiner = gathering(store, Duration.ofHours(1))) {
            writeCrowd(store, combiner);

            submit(combiner, 101, 199);
            assertThat(store.begun.tryAcquire(50, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(combiner.waiting()).isEqualTo(99);

            assertThat(result(combiner.submit(200))).isEqualTo("written 200");
            assertThat(store.batches.getLast())
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(101, 200).boxed().toList());
        }
    }

    @Test
    void what_gathers_is_written_when_its_time_is_over_and_nothing_gathers_after_a_few() throws Exception {
        var store = new Store();
        var gather = Duration.ofSeconds(1);
        try (var combiner = gathering(store, gather)) {
            writeCrowd(store, combiner);
            assertThat(result(combiner.submit(101))).isEqualTo("written 101");

            long before = System.nanoTime();
            assertThat(result(combiner.submit(102))).isEqualTo("written 102");
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(gather);
            assertThat(store.batches).endsWith(List.of(101), List.of(102));
        }
    }

    @Test
    void closing_waits_for_nothing_to_gather() throws Exception {
        var store = new Store();
        CompletableFuture<String> last;
        try (var combiner = gathering(store, Duration.ofHours(1))) {
            writeCrowd(store, combiner);
            last = combiner.submit(101);
        }
        assertThat(result(last)).isEqualTo("written 101");
    }
}
