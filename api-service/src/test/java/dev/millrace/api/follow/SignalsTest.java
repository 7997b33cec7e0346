package dev.millrace.api.follow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.event.JobSignals;
import dev.millrace.job.Job;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.JobStatus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.internals.AutoOffsetResetStrategy;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SignalConsumerTest {

    private static final TopicPartition PARTITION = new TopicPartition(JobSignals.TOPIC, 0);

    private final List<MockConsumer<byte[], byte[]>> made = new CopyOnWriteArrayList<>();
    private final AtomicBoolean kafkaIsThere = new AtomicBoolean(true);
    private final Waits waits = new Waits(new SimpleMeterRegistry());
    private final SignalConsumer signals = new SignalConsumer(this::consumer, kafkaIsThere::get, waits);
    private final JobId job = JobId.next();
    private final AtomicInteger sequence = new AtomicInteger(1);

    private MockConsumer<byte[], byte[]> consumer() {
        var consumer = new MockConsumer<byte[], byte[]>(AutoOffsetResetStrategy.LATEST.name());
        consumer.updatePartitions(
                JobSignals.TOPIC,
                List.of(new PartitionInfo(JobSignals.TOPIC, 0, Node.noNode(), new Node[0], new Node[0])));
        consumer.updateEndOffsets(Map.of(PARTITION, 100L));
        made.add(consumer);
        return consumer;
    }

    @BeforeEach
    void start() {
        waits.start();
        signals.start();
    }

    @AfterEach
    void stop() {
        signals.stop();
    }

    @Test
    void a_signal_wakes_who_waits_for_its_job() {
        var wait = begin();

        sequence.set(2);
        send(signal(job, 2));

        assertThat(soon(wait)).isEqualTo(2);
    }

    @Test
    void one_record_may_carry_many_signals() {
        var wait = begin();

        sequence.set(2);
        send(ByteBuffer.allocate(40)
                .put(signal(JobId.next(), 7))
                .put(signal(job, 2))
                .array());

        assertThat(soon(wait)).isEqualTo(2);
    }

    @Test
    void records_that_are_no_signals_are_passed_over() {
        var wait = begin();

        send(new byte[] {1, 2, 3});
        send("{\"job\":\"poison\"}".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        sequence.set(2);
        send(signal(job, 2));

        assertThat(soon(wait)).isEqualTo(2);
    }

    @Test
    void a_consumer_that_fails_is_made_anew_and_reads_from_then_on() {
        var wait = begin();
        made.getFirst().setPollException(new KafkaException("the broker has lost its data"));
        awaitFlowing(2);

        sequence.set(2);
        send(signal(job, 2));

        assertThat(soon(wait)).isEqualTo(2);
        assertThat(made.getFirst().closed()).isTrue();
    }

    @Test
    void when_Kafka_comes_back_a_new_consumer_reads() {
        awaitFlowing(1);
        kafkaIsThere.set(false);
        assertThat(signals.flowing()).isFalse();
        Awaitility.await().until(() -> made.getFirst().closed());

        kafkaIsThere.set(true);

        awaitFlowing(2);
        assertThat(signals.flowing()).isTrue();
    }

    @Test
    void a_stop_closes_the_consumer() {
        awaitFlowing(1);

        signals.stop();

        Awaitility.await().until(() -> made.getFirst().closed() && !signals.isRunning());
    }

    private CompletableFuture<Integer> begin() {
        awaitFlowing(1);
        var wait = CompletableFuture.supplyAsync(
                () -> waits.until(job, Duration.ofSeconds(30), () -> Optional.of(now()), one -> one.sequence() > 1)
                        .orElseThrow()
                        .sequence(),
                Thread::startVirtualThread);
        Awaitility.await().until(() -> !waits.none());
        return wait;
    }

    private void awaitFlowing(int consumers) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> made.size() >= consumers
                        && signals.flowing()
                        && made.getLast().assignment().contains(PARTITION));
    }

    private void send(byte[] value) {
        var consumer = made.getLast();
        consumer.schedulePollTask(() -> consumer.addRecord(new ConsumerRecord<>(
                PARTITION.topic(), PARTITION.partition(), 100 + offset.getAndIncrement(), null, value)));
    }

    private final AtomicInteger offset = new AtomicInteger();

    private static byte[] signal(JobId job, int sequence) {
        return ByteBuffer.allocate(20)
                .putLong(job.value().getMostSignificantBits())
                .putLong(job.value().getLeastSignificantBits())
                .putInt(sequence)
                .array();
    }

    private static int soon(CompletableFuture<Integer> wait) {
        return wait.orTimeout(5, TimeUnit.SECONDS).join();
    }

    private Job now() {
        return new Job(
                job,
                UUID.randomUUID(),
                JobKind.CHAT,
                JobStatus.QUEUED,
                "m",
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                sequence.get(),
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty());
    }
}
