package dev.millrace.event;

import dev.millrace.job.JobId;
import dev.millrace.kafka.Publisher;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Signals that jobs have changed, after the change is committed: ids and sequence numbers, many in one record. A
/// signal only wakes; whoever waits reads the job, and reads it now and then without any signal.
public final class JobSignals {

    public static final String TOPIC = "millrace.events";

    private static final int LENGTH = 20;
    private static final int MOST_IN_RECORD = 1_000;

    private final Publisher publisher;

    public JobSignals(Publisher publisher) {
        this.publisher = publisher;
    }

    public void send(List<JobSignal> signals) {
        for (int from = 0; from < signals.size(); from += MOST_IN_RECORD) {
            publisher.publish(TOPIC, write(signals.subList(from, Math.min(signals.size(), from + MOST_IN_RECORD))));
        }
    }

    static byte[] write(List<JobSignal> signals) {
        var bytes = ByteBuffer.allocate(signals.size() * LENGTH);
        for (var signal : signals) {
            bytes.putLong(signal.job().value().getMostSignificantBits())
                    .putLong(signal.job().value().getLeastSignificantBits())
                    .putInt(signal.sequence());
        }
        return bytes.array();
    }

    /// @return nothing for what is no record of signals
    public static List<JobSignal> read(byte @Nullable [] value) {
        if (value == null || value.length % LENGTH != 0) {
            return List.of();
        }
        var bytes = ByteBuffer.wrap(value);
        var signals = new ArrayList<JobSignal>(value.length / LENGTH);
        while (bytes.hasRemaining()) {
            signals.add(new JobSignal(new JobId(new UUID(bytes.getLong(), bytes.getLong())), bytes.getInt()));
        }
        return signals;
    }
}
