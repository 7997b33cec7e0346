package dev.millrace.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(30)
class PublisherTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private static MockProducer<byte[], byte[]> producer(boolean answersAtOnce) {
        return new MockProducer<>(answersAtOnce, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static byte[] value(int number) {
        return Integer.toString(number).getBytes(UTF_8);
    }

    @Test
    void records_reach_kafka_in_their_order() {
        var kafka = producer(true);
        try (var publisher = new Publisher(kafka)) {
            for (int i = 0; i < 2_000; i++) {
                publisher.publish("topic", value(i));
            }
            await().atMost(SOON).until(() -> kafka.history().size() == 2_000);
            for (int i = 0; i < 2_000; i++) {
                assertThat(kafka.history().get(i).topic()).isEqualTo("topic");
                assertThat(kafka.history().get(i).value()).isEqualTo(value(i));
            }
            assertThat(publisher.failed()).isZero();
        }
    }

    @Test
    void without_kafka_nobody_waits_and_every_record_that_did_not_reach_it_is_counted() {
        var nobody = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        "127.0.0.1:1",
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        500,
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        false),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        try (var publisher = new Publisher(nobody)) {
            var begun = System.nanoTime();
            for (int i = 0; i < 30_000; i++) {
                publisher.publish("topic", value(i));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
            await().atMost(SOON).until(() -> publisher.failed() == 30_000);
        }
    }

    @Test
    void a_send_that_blocks_holds_up_no_caller_and_what_finds_the_queue_full_is_dropped_and_counted() {
        var released = new CountDownLatch(1);
        var kafka = new MockProducer<byte[], byte[]>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
            @Override
            public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
                try {
                    released.await();
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
                return super.send(record, callback);
            }
        };
        try (var publisher = new Publisher(kafka)) {
            for (int i = 0; i < 25_000; i++) {
                publisher.publish("topic", value(i));
            }
            long dropped = publisher.failed();
            assertThat(dropped).isBetween(4_000L, 5_000L);
            released.countDown();
            await().atMost(SOON).until(() -> kafka.history().size() == 25_000 - dropped);
            assertThat(publisher.failed()).isEqualTo(dropped);
        }
    }

    @Test
    void after_a_failure_kafka_is_left_alone_for_a_second_and_then_tried_again() {
        var kafka = producer(false);
        try (var publisher = new Publisher(kafka)) {
            publisher.publish("topic", value(1));
            await().atMost(SOON).until(() -> kafka.errorNext(new TimeoutException("no broker")));
            assertThat(publisher.failed()).isEqualTo(1);

            publisher.publish("topic", value(2));
            await().atMost(SOON).until(() -> publisher.failed() == 2);
            assertThat(kafka.history()).hasSize(1);

            await().atMost(SOON).until(() -> {
                publisher.publish("topic", value(3));
                return kafka.history().size() == 2;
            });
            assertThat(kafka.completeNext()).isTrue();
        }
    }

    @Test
    void the_publisher_outlives_whatever_a_send_throws() {
        var kafka = producer(true);
        kafka.sendException = new IllegalArgumentException("a bug in the client");
        try (var publisher = new Publisher(kafka)) {
            publisher.publish("topic", value(1));
            await().atMost(SOON).until(() -> publisher.failed() == 1);
            kafka.sendException = null;
            await().atMost(SOON).until(() -> {
                publisher.publish("topic", value(2));
                return kafka.history().size() == 1;
            });
        }
    }

    @Test
    void closing_closes_the_producer_and_later_records_are_no_failure_of_the_caller() {
        var kafka = producer(true);
        var publisher = new Publisher(kafka);
        publisher.close();
        assertThat(kafka.closed()).isTrue();
        publisher.publish("topic", value(1));
        assertThat(kafka.history()).isEmpty();
    }
}
