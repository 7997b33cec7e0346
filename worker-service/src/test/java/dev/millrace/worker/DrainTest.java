package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DrainTest {

    private final Set<String> inHand = ConcurrentHashMap.newKeySet();
    private final Drain drain = new Drain(inHand::isEmpty);

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    private void goes(String one) {
        inHand.remove(one);
        drain.gone();
    }

    @Test
    void where_nothing_is_in_hand_nothing_is_waited_for() throws InterruptedException {
        assertThat(drain.await(in(Duration.ZERO))).isTrue();
    }

    @Test
    void the_wait_ends_with_the_last_and_not_before() throws Exception {
        inHand.addAll(Set.of("first", "last"));
        var wait = new FutureTask<>(() -> drain.await(in(Duration.ofHours(1))));
        var thread = Thread.ofVirtual().start(wait);
        Awaitility.await("it waits")
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> thread.getState() == Thread.State.TIMED_WAITING);

        goes("first");
        assertThat(wait.isDone()).isFalse();
        goes("last");

        assertThat(wait.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void the_wait_ends_with_its_time() throws InterruptedException {
        inHand.add("endless");

        assertThat(drain.await(in(Duration.ofMillis(1)))).isFalse();
    }
}
