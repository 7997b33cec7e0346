package dev.millrace.event;

import dev.millrace.batch.Admission;
import dev.millrace.batch.BatchLimit;
import dev.millrace.batch.Combiner;
import dev.millrace.job.JobId;
import dev.millrace.kafka.Publisher;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Signals that jobs have changed, after the change is committed, many in one record. A signal only wakes; whoever
/// waits reads the job, and reads it now and then without any signal. An end is signalled at once. Of what comes before
/// it there is more, and nobody waits for it by the millisecond: those of one moment share a record.
public final class JobSignals implements AutoCloseable {

    public static final String TOPIC = "millrace.events";

    private static final int LENGTH = 17;
    private static final int MOST_IN_RECORD = 1_000;
    private static final int MOST_WAITING = 20_000;
    private static final Duration GATHER = Duration.ofMillis(50);

    private static final Logger log = LoggerFactory.getLogger(JobSignals.class);

    private final Publisher publisher;
    private final Combiner<JobId, JobId> changes;

    public JobSignals(Publisher publisher) {
        this.publisher = publisher;
        this.changes = new Combiner<>(
                "job-signals",
                1,
                BatchLimit.ofItems(MOST_IN_RECORD),
                Admission.ofAtMost(MOST_WAITING),
                this::sendChanges,
                _ -> GATHER);
    }

    /// Signals the ends of jobs.
    public void ended(Collection<JobId> jobs) {
        send(jobs.stream().map(job -> new JobSignal(job, true)).toList());
    }

    /// Signals that a job runs, waits or is held now.
    public void changed(JobId job) {
        try {
            var _ = changes.submit(job);
        } catch (RejectedExecutionException full) {
            log.debug("{} has changed without a signal; who waits for it looks now and then", job, full);
        }
    }

    private List<JobId> sendChanges(List<JobId> jobs) {
        send(jobs.stream().map(job -> new JobSignal(job, false)).toList());
        return jobs;
    }

    private void send(List<JobSignal> signals) {
        for (int from = 0; from < signals.size(); from += MOST_IN_RECORD) {
            publisher.publish(TOPIC, write(signals.subList(from, Math.min(signals.size(), from + MOST_IN_RECORD))));
        }
    }

    static byte[] write(List<JobSignal> signals) {
        var bytes = ByteBuffer.allocate(signals.size() * LENGTH);
        for (var signal : signals) {
            bytes.putLong(signal.job().value().getMostSignificantBits())
                    .putLong(signal.job().value().getLeastSignificantBits())
                    .put((byte) (signal.ended() ? 1 : 0));
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
            signals.add(new JobSignal(new JobId(new UUID(bytes.getLong(), bytes.getLong())), bytes.get() != 0));
        }
        return signals;
    }

    @Override
    public void close() {
        changes.close();
    }
}
