package dev.millrace.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dispatch.Lane;
import dev.millrace.job.JobKind;
import dev.millrace.worker.fixture.Work;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;

/// What a lane's consumer does with failures: its container as it is, on a consumer of Kafka's that has no broker.
@DisplayNameGeneration(ReplaceUnderscores.class)
class LaneErrorsTest {

    private static final TopicPartition PARTITION = new TopicPartition(Lane.topic(JobKind.CHAT), 0);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    private final List<Long> offsetsSeen = new CopyOnWriteArrayList<>();
    private final LaneErrors errors = new LaneErrors();
    private @Nullable KafkaMessageListenerContainer<byte[], byte[]> container;
    private volatile boolean refused;

    @AfterEach
    void stop() {
        if (container != null) {
            container.stop();
        }
    }

    private void start() {
        var factory =
                new DefaultKafkaConsumerFactory<byte[], byte[]>(Map.of(
                        "group.id",
                        "millrace.worker.chat",
                        "enable.auto.commit",
                        false,
                        "auto.offset.reset",
                        "earliest")) {
                    @Override
                    protected Consumer<byte[], byte[]> createRawConsumer(Map<String, Object> properties) {
                        return consumer;
                    }
                };
        consumer.schedulePollTask(() -> {
            consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
            consumer.rebalance(List.of(PARTITION));
            for (int offset = 0; offset < 3; offset++) {
                consumer.addRecord(
                        new ConsumerRecord<>(PARTITION.topic(), 0, offset, new byte[0], new byte[] {(byte) offset}));
            }
        });
        BatchMessageListener<byte[], byte[]> listener = records -> {
            records.forEach(record -> offsetsSeen.add(record.offset()));
            if (refused) {
                throw new LaneIntake.NotNowException("no lease");
            }
        };
        var made = Intake.container(factory, JobKind.CHAT, listener, errors);
        container = made;
        made.start();
    }

    private long committed() {
        var offset = consumer.committed(Set.of(PARTITION)).get(PARTITION);
        return offset == null ? 0 : offset.offset();
    }

    private void await(String what, java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(Work.SOON)
                .pollInterval(Duration.ofMillis(5))
                .until(condition);
    }

    @Test
    void a_batch_that_was_taken_is_committed() {
        start();

        await("a commit", () -> committed() == 3);
        assertThat(offsetsSeen).containsExactly(0L, 1L, 2L);
    }

    @Test
    void a_batch_that_is_not_taken_now_comes_again_whole_and_until_then_nothing_is_committed() {
        refused = true;
        start();

        await("the batch has come three times", () -> offsetsSeen.size() >= 9);
        assertThat(committed()).isZero();
        assertThat(offsetsSeen.subList(0, 9)).containsExactly(0L, 1L, 2L, 0L, 1L, 2L, 0L, 1L, 2L);
        assertThat(errors.takeConsumerFailed()).isFalse();

        refused = false;
        await("a commit", () -> committed() == 3);
    }

    @Test
    void a_consumer_that_fails_by_itself_is_told_of_once() {
        consumer.setPollException(new KafkaException("GROUP_ID_NOT_FOUND"));
        start();

        await("the failure is told", errors::takeConsumerFailed);
        assertThat(errors.takeConsumerFailed()).isFalse();
    }
}
