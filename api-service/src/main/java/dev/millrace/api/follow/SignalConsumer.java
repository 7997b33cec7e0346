package dev.millrace.api.follow;

import dev.millrace.event.JobSignals;
import dev.millrace.kafka.KafkaWatch;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/// Reads the signals that jobs have changed. Every instance reads them all, from now on, without a group: a signal that
/// is missed is made up for by the [Sweep]. Each time Kafka comes back the consumer is made anew, so that neither a
/// broker without its data nor a topic made again leaves it standing on an offset that means nothing.
@Component
final class SignalConsumer implements SmartLifecycle {

    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final Logger log = LoggerFactory.getLogger(SignalConsumer.class);

    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final BooleanSupplier kafkaIsThere;
    private final Waits waits;
    private Thread thread = new Thread();
    private volatile boolean flowing;

    @Autowired
    SignalConsumer(KafkaProperties kafka, KafkaWatch watch, Waits waits) {
        this(() -> consumer(kafka), watch::available, waits);
    }

    SignalConsumer(Supplier<Consumer<byte[], byte[]>> consumers, BooleanSupplier kafkaIsThere, Waits waits) {
        this.consumers = consumers;
        this.kafkaIsThere = kafkaIsThere;
        this.waits = waits;
    }

    private static Consumer<byte[], byte[]> consumer(KafkaProperties kafka) {
        return new KafkaConsumer<>(properties(kafka), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /// Whether signals are known to come.
    boolean flowing() {
        return flowing && kafkaIsThere.getAsBoolean();
    }

    private void run() {
        try {
            while (true) {
                if (kafkaIsThere.getAsBoolean()) {
                    consume();
                }
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException | InterruptException stopping) {
            log.debug("Signals are read no more");
        }
    }

    private void consume() {
        try (var consumer = consumers.get()) {
            var partitions = partitions(consumer);
            if (partitions.isEmpty()) {
                return;
            }
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            flowing = true;
            log.debug("Signals are read from {}", partitions);
            while (kafkaIsThere.getAsBoolean()) {
                wake(consumer);
            }
        } catch (InterruptException stopping) {
            throw stopping;
        } catch (KafkaException failure) {
            log.debug("Signals could not be read; waiting callers are woken by the sweep", failure);
        } catch (RuntimeException bug) {
            log.error("Signals could not be read; waiting callers are woken by the sweep", bug);
        } finally {
            flowing = false;
        }
    }

    private void wake(Consumer<byte[], byte[]> consumer) {
        for (var record : consumer.poll(POLL)) {
            if (!waits.none()) {
                JobSignals.read(record.value()).forEach(signal -> waits.wake(signal.job()));
            }
        }
    }

    private static List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
        return consumer.partitionsFor(JobSignals.TOPIC).stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
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
        // A burst of signals is read in small pieces; nobody needs megabytes of them at once.
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 1024 * 1024);
        return properties;
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().daemon().name("signals").start(this::run);
    }

    @Override
    public void stop() {
        thread.interrupt();
    }

    @Override
    public boolean isRunning() {
        return thread.isAlive();
    }
}
