package dev.millrace.worker.intake;

import dev.millrace.dispatch.Token;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.JobClaims;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.worker.execution.Executor;
import dev.millrace.worker.lease.LeaseKeeper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.listener.BatchMessageListener;

/// Turns a batch of tokens into running jobs: one claim for all, then the offsets are committed. A worker that can't
/// claim, because it has no room, the database is away or its lease is over, fails the batch, so that its offsets stay;
/// whoever has room claims the jobs without their tokens meanwhile. Large jobs that find no memory are passed over, so
/// that small ones are not held up behind them.
final class LaneIntake implements BatchMessageListener<byte[], byte[]> {

    /// The batch is to come again.
    static final class NotNowException extends RuntimeException {
        NotNowException(String message) {
            super(message);
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(1);

    private final JobKind kind;
    private final LeaseKeeper lease;
    private final JobClaims claims;
    private final Executor executor;
    private final Counter poison;

    LaneIntake(JobKind kind, LeaseKeeper lease, JobClaims claims, Executor executor, MeterRegistry meters) {
        this.kind = kind;
        this.lease = lease;
        this.claims = claims;
        this.executor = executor;
        this.poison = meters.counter("millrace.tokens.poison", "kind", kind.word());
    }

    @Override
    public void onMessage(List<ConsumerRecord<byte[], byte[]>> records) {
        var jobs = new ArrayList<JobId>(records.size());
        for (var record : records) {
            Token.read(record.value()).ifPresentOrElse(jobs::add, poison::increment);
        }
        if (jobs.isEmpty()) {
            return;
        }
        if (!lease.mayStart()) {
            throw new NotNowException("no lease");
        }
        claimAll(jobs);
    }

    /// As there is room, and in the order of the tokens. While there is none the consumer does not poll; if that lasts,
    /// the batch comes again, and what others have claimed by then claims nothing.
    private void claimAll(List<JobId> jobs) {
        long patience = System.nanoTime() + PATIENCE.toNanos();
        int next = 0;
        while (next < jobs.size()) {
            int room = executor.takeSlots(kind, jobs.size() - next);
            if (room > 0) {
                claim(jobs.subList(next, next + room));
                next += room;
            } else if (System.nanoTime() - patience > 0) {
                throw new NotNowException("no room for %d of %d tokens".formatted(jobs.size() - next, jobs.size()));
            } else {
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            }
        }
    }

    private void claim(List<JobId> jobs) {
        List<ClaimedJob> claimed = List.of();
        try {
            claimed = claims.claim(lease.worker(), jobs);
        } finally {
            executor.slots(kind).give(jobs.size() - claimed.size());
        }
        claimed.forEach(executor::run);
    }
}
