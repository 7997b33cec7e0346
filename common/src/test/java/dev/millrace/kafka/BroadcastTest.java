package dev.millrace.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BroadcastTest {

    private static final String TOPIC = "topic";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

    private final BlockingQueue<MockConsumer<byte[], byte[]>> made = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> read = new LinkedBlockingQueue<>();
    private final AtomicBoolean kafkaIsThere = new AtomicBoolean(true);
    private final Broadcast broadcast =
            new Broadcast(TOPIC, this::consumer, kafkaIsThere::get, value -> read.add(new String(value, UTF_8)));

    private MockConsumer<byte[], byte[]> consumer() {
        var consumer = new MockConsumer<byte[], byte[]>("latest");
        consumer.updatePartitions(TOPIC, List.of(new PartitionInfo(TOPIC, 0, Node.noNode(), new Node[0], new Node[0])));
        consumer.updateEndOffsets(Map.of(PARTITION, 100L));
        made.add(consumer);
        return consumer;
    }

    @BeforeEach
    void start() {
        broadcast.start();
    }

    @AfterEach
    void stop() {
        broadcast.stop();
    }

    private MockConsumer<byte[], byte[]> next() throws InterruptedException {
        var consumer = made.poll(30, TimeUnit.SECONDS);
        if (consumer == null) {
            throw new AssertionError("No consumer was made");
        }
        return consumer;
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(condition);
    }

    private static void send(MockConsumer<byte[], byte[]> consumer, String value) {
        consumer.schedulePollTask(
                () -> consumer.addRecord(new ConsumerRecord<>(TOPIC, 0, 100, new byte[0], value.getBytes(UTF_8))));
    }

    private String soon() throws InterruptedException {
        return String.valueOf(read.poll(30, TimeUnit.SECONDS));
    }

    @Test
    void each_record_from_now_on_is_read() throws InterruptedException {
        send(next(), "hint");
        assertThat(soon()).isEqualTo("hint");
    }

    @Test
    void a_consumer_that_fails_is_made_anew() throws InterruptedException {
        var failed = next();
        failed.setPollException(new KafkaException("the broker has lost its data"));
        send(next(), "after");
        assertThat(soon()).isEqualTo("after");
        assertThat(failed.closed()).isTrue();
    }

    @Test
    void it_flows_while_Kafka_is_there_and_goes_on_with_a_new_consumer_when_it_comes_back()
            throws InterruptedException {
        var first = next();
        await("it flows", broadcast::flowing);
        kafkaIsThere.set(false);
        assertThat(broadcast.flowing()).isFalse();
        await("its consumer is closed", first::closed);
        assertThat(made).isEmpty();

        kafkaIsThere.set(true);

        send(next(), "back");
        assertThat(soon()).isEqualTo("back");
        assertThat(broadcast.flowing()).isTrue();
    }

    @Test
    void it_stops_when_it_is_told_to() throws InterruptedException {
        var consumer = next();
        broadcast.stop();
        await("it has stopped", () -> !broadcast.isRunning());
        assertThat(consumer.closed()).isTrue();
    }
}
