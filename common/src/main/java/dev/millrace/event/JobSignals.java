package dev.millrace.event;

import dev.millrace.job.JobId;
import dev.millrace.kafka.Publisher;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// Signals that jobs have changed, after the change is committed, many in one record. A signal only wakes; whoever
/// waits reads the job, and reads it now and then without any signal. An end is signalled at once. Of what comes before
/// it there is more, and nobody waits for it by the millisecond: that gathers for a moment.
public final class JobSignals implements AutoCloseable {

    public static final String TOPIC = "millrace.events";

    private static final int LENGTH = 17;
    private static final int MOST_IN_RECORD = 1_000;
    private static final int MOST_WAITING = 20_000;
    private static final Duration GATHER = Duration.ofMillis(50);

    private final Publisher publisher;
    private final BlockingQueue<JobId> changed = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Thread thread;

    public JobSignals(Publisher publisher) {
        this.publisher = publisher;
        this.thread = Thread.ofPlatform().daemon().name("job-signals").start(this::sendWhatGathers);
    }

    /// Signals the ends of jobs.
    public void ended(Collection<JobId> jobs) {
        send(jobs.stream().map(job -> new JobSignal(job, true)).toList());
    }

    /// Signals that a job runs, waits or is held now.
    public void changed(JobId job) {
        // One that finds no place is found by those who look without a signal.
        boolean _ = changed.offer(job);
    }

    private void sendWhatGathers() {
        var jobs = new ArrayList<JobId>();
        try {
            while (true) {
                jobs.add(changed.take());
                Thread.sleep(GATHER);
                changed.drainTo(jobs);
                send(jobs.stream().map(job -> new JobSignal(job, false)).toList());
                jobs.clear();
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
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
        thread.interrupt();
    }
}
