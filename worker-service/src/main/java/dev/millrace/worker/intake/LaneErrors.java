package dev.millrace.worker.intake;

import org.apache.kafka.clients.consumer.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.util.backoff.FixedBackOff;

/// What becomes of failures at a lane. A batch that could not be claimed comes again, for as long as it takes. A
/// consumer that fails by itself is done for: the client never rejoins a group that the broker does not know any more,
/// as after a loss of the broker's data (GROUP_ID_NOT_FOUND is fatal to it, KIP-848).
final class LaneErrors extends DefaultErrorHandler {

    private static final long EVERY_MILLIS = 200;

    private static final Logger log = LoggerFactory.getLogger(LaneErrors.class);

    private volatile boolean consumerFailed;

    LaneErrors() {
        super(new FixedBackOff(EVERY_MILLIS, FixedBackOff.UNLIMITED_ATTEMPTS));
        setLogLevel(KafkaException.Level.DEBUG);
    }

    @Override
    public void handleOtherException(
            Exception failure, Consumer<?, ?> consumer, MessageListenerContainer container, boolean batchListener) {
        if (!consumerFailed) {
            log.warn("A consumer of {} failed and is replaced: {}", container.getGroupId(), failure.toString());
        }
        consumerFailed = true;
    }

    /// Whether the consumer has failed since this was last asked.
    boolean takeConsumerFailed() {
        boolean failed = consumerFailed;
        consumerFailed = false;
        return failed;
    }
}
