package dev.millrace.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.JobId;
import dev.millrace.webhook.DeliverySettings;
import dev.millrace.webhook.DeliveryStore.Busy;
import dev.millrace.webhook.DeliveryStore.Endpoint;
import dev.millrace.webhook.DueDelivery;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EndpointQueuesTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final UUID PROJECT = UUID.randomUUID();

    private final BlockingQueue<String> started = new LinkedBlockingQueue<>();

    /// By URL: which delivery an answer is for is the test's to say.
    private final Map<String, Semaphore> answers = new ConcurrentHashMap<>();

    private final AtomicBoolean over = new AtomicBoolean();

    @AfterEach
    void answerAll() {
        over.set(true);
        answers.values().forEach(one -> one.release(1_000_000));
    }

    private Semaphore answers(String url) {
        return answers.computeIfAbsent(url, key -> new Semaphore(over.get() ? 1_000_000 : 0));
    }

    /// At most 2 to an endpoint, 3 for a project, 5 in all.
    private final EndpointQueues queues = new EndpointQueues(
            new DeliverySettings(
                    true,
                    List.of(),
                    List.of(),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(20),
                    List.of(Duration.ZERO),
                    2,
                    3,
                    5),
            delivery -> {
                started.add(delivery.url());
                answers(delivery.url()).acquireUninterruptibly();
            });

    private boolean offer(UUID project, String url) {
        return queues.offer(DueDelivery.first(UUID.randomUUID(), JobId.next(), project, url, new byte[0]));
    }

    private String next() throws InterruptedException {
        var url = started.poll(10, TimeUnit.SECONDS);
        assertThat(url).as("a delivery that starts").isNotNull();
        return String.valueOf(url);
    }

    @Test
    void an_endpoint_has_its_own_slots_and_what_waits_for_them_follows_in_order() throws Exception {
        for (int i = 0; i < 4; i++) {
            assertThat(offer(PROJECT, "a")).isTrue();
        }
        assertThat(offer(PROJECT, "b")).isTrue();

        assertThat(List.of(next(), next(), next())).containsExactlyInAnyOrder("a", "a", "b");
        assertThat(queues.inFlight()).isEqualTo(3);
        assertThat(queues.room()).as("those that wait take no room of others").isEqualTo(2);

        answers("b").release();
        Awaitility.await("b's slot is free").atMost(SOON).until(() -> queues.inFlight() == 2);
        assertThat(started).as("b's slot is none of a's").isEmpty();

        answers("a").release();
        assertThat(next()).isEqualTo("a");
    }

    @Test
    void a_project_has_its_own_slots_over_all_its_endpoints() throws Exception {
        for (var url : List.of("a", "b", "c", "d")) {
            offer(PROJECT, url);
        }
        assertThat(List.of(next(), next(), next())).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(queues.inFlight()).isEqualTo(3);

        offer(UUID.randomUUID(), "e");
        assertThat(next()).as("another project's").isEqualTo("e");

        answers("b").release();
        assertThat(next()).as("a place freed at one endpoint is the other's").isEqualTo("d");
    }

    @Test
    void a_project_at_its_limit_holds_up_no_other_s_deliveries_to_the_same_url() throws Exception {
        var other = UUID.randomUUID();
        offer(other, "shared");
        offer(other, "shared");
        for (var url : List.of("a", "b", "c")) {
            offer(PROJECT, url);
        }
        for (int i = 0; i < 5; i++) {
            next();
        }
        offer(PROJECT, "shared");
        offer(other, "shared");
        assertThat(started).isEmpty();

        answers("shared").release();

        assertThat(next()).isEqualTo("shared");
        assertThat(queues.inFlight()).isEqualTo(5);
    }

    @Test
    void the_slots_of_an_endpoint_are_its_project_s() throws Exception {
        var other = UUID.randomUUID();
        offer(other, "shared");
        offer(other, "shared");

        offer(PROJECT, "shared");

        assertThat(List.of(next(), next(), next())).containsOnly("shared");
    }

    @Test
    void all_together_have_no_more_than_the_process_allows() throws Exception {
        for (int i = 0; i < 7; i++) {
            offer(UUID.randomUUID(), "u" + i);
        }
        for (int i = 0; i < 5; i++) {
            assertThat(next()).isNotIn("u5", "u6");
        }
        assertThat(queues.inFlight()).isEqualTo(5);

        answers("u0").release();
        answers("u3").release();
        assertThat(List.of(next(), next())).containsExactlyInAnyOrder("u5", "u6");
        assertThat(queues.inFlight()).isEqualTo(5);
    }

    private int fill(UUID project, String url) {
        int taken = 0;
        while (taken < 100_000 && offer(project, url)) {
            taken++;
        }
        return taken;
    }

    @Test
    void a_queue_that_is_full_refuses_and_others_go_on() throws Exception {
        assertThat(fill(PROJECT, "dead")).as("2 in flight and 1,000 waiting").isEqualTo(1_002);
        assertThat(next()).isEqualTo("dead");
        assertThat(next()).isEqualTo("dead");

        assertThat(offer(PROJECT, "alive")).isTrue();
        assertThat(next()).isEqualTo("alive");
    }

    @Test
    void what_is_due_for_an_endpoint_with_a_long_queue_is_better_left_alone_until_half_of_it_is_sent() {
        assertThat(queues.busy()).isEqualTo(Busy.NOBODY);
        for (int i = 0; i < 502; i++) {
            offer(PROJECT, "slow");
        }
        assertThat(queues.busy()).isEqualTo(new Busy(List.of(new Endpoint(PROJECT, "slow")), List.of()));

        answers("slow").release();

        Awaitility.await("one less waits")
                .atMost(SOON)
                .until(() -> queues.busy().equals(Busy.NOBODY));
    }

    @Test
    void a_project_with_many_dead_endpoints_leaves_as_many_places_to_wait_in_as_it_has_taken() {
        int taken = 0;
        for (int i = 0; i < 100; i++) {
            taken += fill(PROJECT, "dead" + i);
        }
        assertThat(taken).as("3 in flight and half of 20,000 waiting").isEqualTo(10_003);
        assertThat(queues.busy().projects()).containsExactly(PROJECT);

        var other = UUID.randomUUID();
        assertThat(fill(other, "alive")).as("2 in flight").isEqualTo(1_002);
        assertThat(queues.busy().projects()).containsExactly(PROJECT);
    }

    @Test
    void when_all_have_been_answered_nothing_is_left() throws Exception {
        offer(PROJECT, "a");
        next();
        queues.awaitIdle(Duration.ofMillis(1));
        assertThat(queues.idle()).as("it is waited for no longer than that").isFalse();

        answers("a").release();

        queues.awaitIdle(SOON);
        assertThat(queues.idle()).isTrue();
    }
}
