package dev.millrace.worker.intake;

import dev.millrace.dispatch.Lane;
import dev.millrace.job.JobClaims;
import dev.millrace.job.JobKind;
import dev.millrace.kafka.KafkaWatch;
import dev.millrace.loop.Loop;
import dev.millrace.worker.Phases;
import dev.millrace.worker.execution.Executor;
import dev.millrace.worker.lease.LeaseKeeper;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.ContainerProperties.AckMode;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.stereotype.Component;

/// One consumer a lane, from the moment that Kafka and the topics are there: a consumer of a topic that is not there
/// asks for it without a pause. While there is no room or no lease it is paused, and commits nothing.
@Component
class Intake extends Loop {

    private static final Duration EVERY = Duration.ofMillis(50);
    private static final int MOST_RECORDS = 200;

    /// The client asks the broker once a poll. Where that comes back empty, nothing is asked for until the poll ends,
    /// however long it lasts: so a token may wait as long as a poll does (measured with 4.2: half a second of one).
    private static final Duration POLL = Duration.ofMillis(20);

    /// At a few hundred jobs a second each comes in a batch of its own, and a commit costs the broker as much as the
    /// record did. Tokens that are read again find their jobs claimed.
    private static final Duration COMMIT = Duration.ofMillis(20);

    private final KafkaWatch watch;
    private final LeaseKeeper lease;
    private final Executor executor;
    private final Map<JobKind, LaneConsumer> consumers = new EnumMap<>(JobKind.class);
    private volatile boolean stopped;

    private static final class LaneConsumer {
        private final KafkaMessageListenerContainer<byte[], byte[]> container;
        private final LaneErrors errors;
        /// Neither it nor a failed one that has yet to go is there.
        private volatile boolean absent = true;

        private LaneConsumer(KafkaMessageListenerContainer<byte[], byte[]> container, LaneErrors errors) {
            this.container = container;
            this.errors = errors;
        }
    }

    Intake(
            KafkaProperties kafka,
            KafkaWatch watch,
            LeaseKeeper lease,
            JobClaims claims,
            Executor executor,
            MeterRegistry meters) {
        super("intake", Phases.INTAKE);
        this.watch = watch;
        this.lease = lease;
        this.executor = executor;
        for (var kind : JobKind.values()) {
            var errors = new LaneErrors();
            var listener = new LaneIntake(kind, lease, claims, executor, meters);
            consumers.put(kind, new LaneConsumer(container(factory(kafka, kind), kind, listener, errors), errors));
        }
    }

    private static ConsumerFactory<byte[], byte[]> factory(KafkaProperties kafka, JobKind kind) {
        var properties = new HashMap<String, Object>(kafka.buildConsumerProperties());
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, "millrace.worker." + kind.word());
        properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "consumer");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MOST_RECORDS);
        properties.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
        properties.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 5_000);
        properties.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return new DefaultKafkaConsumerFactory<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static KafkaMessageListenerContainer<byte[], byte[]> container(
            ConsumerFactory<byte[], byte[]> factory,
            JobKind kind,
            BatchMessageListener<byte[], byte[]> listener,
            LaneErrors errors) {
        var container = new ContainerProperties(Lane.topic(kind));
        container.setMessageListener(listener);
        container.setAckMode(AckMode.TIME);
        container.setAckTime(COMMIT.toMillis());
        container.setPollTimeout(POLL.toMillis());
        container.setSyncCommits(false);
        container.setMissingTopicsFatal(false);
        // The topic may vanish with the broker's data and be made again; the container outlives that.
        container.setAuthExceptionRetryInterval(Duration.ofSeconds(5));
        var made = new KafkaMessageListenerContainer<>(factory, container);
        made.setBeanName("intake-" + kind.word());
        made.setCommonErrorHandler(errors);
        return made;
    }

    @Override
    protected Duration round() {
        consumers.forEach((kind, consumer) -> {
            var container = consumer.container;
            boolean room = lease.mayStart() && executor.slots(kind).free() > 0;
            if (!room && !container.isPauseRequested()) {
                container.pause();
            } else if (room && container.isPauseRequested()) {
                container.resume();
            }
            if (consumer.absent) {
                begin(consumer);
            } else if (consumer.errors.takeConsumerFailed()) {
                // The next begins as soon as the failed one has gone.
                container.stop(() -> consumer.absent = true);
            }
        });
        return EVERY;
    }

    private void begin(LaneConsumer consumer) {
        if (watch.available() && !stopped) {
            consumer.absent = false;
            consumer.container.start();
        }
    }

    boolean paused(JobKind kind) {
        return consumers.get(kind) instanceof LaneConsumer consumer && consumer.container.isPauseRequested();
    }

    /// Whether the consumers of all lanes have begun.
    boolean consuming() {
        return consumers.values().stream().allMatch(consumer -> consumer.container.isRunning());
    }

    @Override
    public void stop() {
        stopped = true;
        super.stop();
        consumers.values().forEach(consumer -> consumer.container.stop());
    }
}
