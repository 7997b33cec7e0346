package dev.millrace.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.SmartLifecycle;

/// Reads all records of a topic in every process, from now on, without a group: what is missed is missed. Each time
/// Kafka comes back the consumer is made anew, so that neither a broker without its data nor a topic made again
/// leaves it on an offset that means nothing.
public final class Broadcast implements SmartLifecycle {

    private static final Duration POLL = Duration.ofMillis(500);
    private static final long PAUSE_MILLIS = 500;

    private static final Logger log = LoggerFactory.getLogger(Broadcast.class);

    private final String topic;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final BooleanSupplier kafkaIsThere;
    private final java.util.function.Consumer<byte[]> reader;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private Thread thread = new Thread();
    private volatile boolean flowing;
    private volatile @Nullable Consumer<byte[], byte[]> current;

    /// Of the broker that the watch looks at.
    ///
    /// @param reader takes each record's value, whatever it is, on one thread
    public static Broadcast of(
            String topic, KafkaProperties kafka, KafkaWatch watch, java.util.function.Consumer<byte[]> reader) {
        return new Broadcast(
                topic,
                () -> new KafkaConsumer<>(properties(kafka), new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                watch::available,
                reader);
    }

    Broadcast(
            String topic,
            Supplier<Consumer<byte[], byte[]>> consumers,
            BooleanSupplier kafkaIsThere,
            java.util.function.Consumer<byte[]> reader) {
        this.topic = topic;
        this.consumers = consumers;
        this.kafkaIsThere = kafkaIsThere;
        this.reader = reader;
    }

    private static HashMap<String, Object> properties(KafkaProperties kafka) {
        var properties = new HashMap<String, Object>(kafka.buildConsumerProperties());
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 5_000);
        properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 4_000);
        properties.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        // A burst is read in small pieces; nobody needs megabytes of it at once.
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 1024 * 1024);
        return properties;
    }

    /// Whether records are known to come.
    public boolean flowing() {
        return flowing && kafkaIsThere.getAsBoolean();
    }

    private void run() {
        try {
            do {
                if (kafkaIsThere.getAsBoolean()) {
                    consume();
                }
            } while (!stopping.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException ended) {
            log.debug("{} is read no more", topic, ended);
        }
    }

    private void consume() {
        try (var consumer = consumers.get()) {
            current = consumer;
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            if (partitions.isEmpty()) {
                return;
            }
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            flowing = true;
            log.debug("{} is read", partitions);
            while (kafkaIsThere.getAsBoolean() && stopping.getCount() > 0) {
                for (var record : consumer.poll(POLL)) {
                    if (record.value() != null) {
                        reader.accept(record.value());
                    }
                }
            }
        } catch (WakeupException stop) {
            log.debug("{} is read no more", topic);
        } catch (KafkaException failure) {
            log.debug("{} could not be read", topic, failure);
        } catch (RuntimeException bug) {
            log.error("{} could not be read", topic, bug);
        } finally {
            flowing = false;
            current = null;
        }
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().daemon().name("broadcast " + topic).start(this::run);
    }

    /// Not by an interrupt: a consumer that is interrupted while it closes complains at length.
    @Override
    public void stop() {
        stopping.countDown();
        var consumer = current;
        if (consumer != null) {
            consumer.wakeup();
        }
    }

    @Override
    public boolean isRunning() {
        return thread.isAlive();
    }
}
