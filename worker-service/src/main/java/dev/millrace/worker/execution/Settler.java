package dev.millrace.worker.execution;

import dev.millrace.batch.Admission;
import dev.millrace.batch.BatchLimit;
import dev.millrace.batch.Combiner;
import dev.millrace.batch.Gather;
import dev.millrace.database.Database;
import dev.millrace.database.Failures;
import dev.millrace.event.JobSignals;
import dev.millrace.job.AttemptNotes;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ended;
import dev.millrace.job.Ending;
import dev.millrace.job.JobEndings;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRequeues;
import dev.millrace.job.Requeue;
import dev.millrace.lease.TakeBacks;
import dev.millrace.ledger.Prices;
import dev.millrace.ledger.Spend;
import dev.millrace.webhook.DeliveryStore;
import dev.millrace.webhook.DueDelivery;
import dev.millrace.worker.Drain;
import dev.millrace.worker.delivery.DeliverySender;
import dev.millrace.worker.lease.LeaseKeeper;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/// Writes what attempts came to, many in one commit. A database that is away is waited for: the outcome is known
/// only here. If the answer to a commit is lost, the statement is simply repeated: the fence lets it change nothing
/// the second time, and what it had written the first time is then found.
@Component
public class Settler implements DisposableBean {

    private static final int WRITERS = 2;
    private static final int MOST_BATCH = 128;
    private static final int MOST_WAITING = 200_000;

    /// The answers in one statement, which holds them once more.
    private static final long MOST_BYTES = 8 * 1024 * 1024;

    /// What a settlement costs is half its own, however many jobs are in it, and in a crowd nobody misses the time.
    private static final Gather GATHER = Gather.inCrowds(Duration.ofMillis(20));

    private static final Duration AGAIN = Duration.ofMillis(100);

    private static final Logger log = LoggerFactory.getLogger(Settler.class);

    private final Database database;
    private final LeaseKeeper lease;
    private final DeliveryStore deliveries;
    private final DeliverySender sender;
    private final JobSignals signals;
    private final Prices prices;
    private final Spend spend;
    private final Combiner<Ending, Optional<Ended>> endings;
    private final Combiner<Requeue, Boolean> requeues;
    private final Combiner<AttemptNotes.Note, Boolean> notes;
    private final Set<JobId> inHand = ConcurrentHashMap.newKeySet();
    private final AtomicLong answerBytes = new AtomicLong();
    private final Drain written = new Drain(inHand::isEmpty);
    private volatile boolean stopping;

    Settler(
            Database database,
            LeaseKeeper lease,
            DeliveryStore deliveries,
            DeliverySender sender,
            JobSignals signals,
            Prices prices,
            Spend spend) {
        this.database = database;
        this.lease = lease;
        this.deliveries = deliveries;
        this.sender = sender;
        this.signals = signals;
        this.prices = prices;
        this.spend = spend;
        this.endings = combiner(
                "settle",
                WRITERS,
                new BatchLimit<>(MOST_BATCH, Settler::bytes, MOST_BYTES),
                this::writeEndings,
                GATHER);
        this.requeues = combiner("requeue", 1, BatchLimit.ofItems(MOST_BATCH), this::writeRequeues, Gather.NOTHING);
        this.notes = combiner("intent", WRITERS, BatchLimit.ofItems(MOST_BATCH), this::writeNotes, Gather.NOTHING);
    }

    /// What the database refuses of one job fails alone; its neighbours in the batch are committed.
    private static <I, O> Combiner<I, O> combiner(
            String name, int writers, BatchLimit<I> limit, Combiner.Batch<I, O> batch, Gather gather) {
        return new Combiner<>(
                name, writers, limit, Admission.ofAtMost(MOST_WAITING), batch.splitting(Failures::refusedRow), gather);
    }

    private static long bytes(Ending ending) {
        var result = ending.result();
        return result == null ? 0 : result.length;
    }

    /// Ends a job. Does not wait: the outcome is in good hands, and the slot is worth more.
    void end(Ending ending) {
        var priced = ending.with(ending.attempt().map(this::priced));
        var submitted = endings.submit(priced);
        inHand.add(ending.job());
        answerBytes.addAndGet(bytes(ending));
        submitted.whenComplete((ended, failure) -> {
            answerBytes.addAndGet(-bytes(ending));
            letGo(ending.job());
            if (failure != null) {
                log.error("The end of {} could not be written; it will be taken back", ending.job(), failure);
            }
        });
    }

    /// Puts a job back; one whose caller has asked for its end is ended instead.
    void requeue(Requeue requeue) {
        inHand.add(requeue.job());
        var priced = requeue.with(requeue.attempt().map(this::priced));
        requeues.submit(priced).whenComplete((done, failure) -> {
            if (failure == null && !done) {
                // It stays in hand until that is written.
                end(Ending.cancelled(requeue.job(), requeue.epoch(), priced.attempt()));
                return;
            }
            letGo(requeue.job());
            if (failure != null) {
                log.error("{} could not be put back; it will be taken back", requeue.job(), failure);
            }
        });
    }

    private void letGo(JobId job) {
        inHand.remove(job);
        written.gone();
    }

    /// Puts an attempt on record and waits for its commit.
    ///
    /// @return whether the job may go on
    boolean note(AttemptNotes.Note note) {
        return notes.submit(new AttemptNotes.Note(note.lease(), priced(note.attempt())))
                .join();
    }

    /// What an attempt costs is known as soon as it has ended, and is written with its end.
    private AttemptReport priced(AttemptReport attempt) {
        if (attempt.cost() != null) {
            return attempt;
        }
        var priced = attempt.priced(prices);
        if (priced.ended() && priced.provider() != null && priced.model() != null) {
            boolean done = priced.status() == AttemptStatus.SUCCEEDED;
            spend.ended(priced.provider(), priced.model(), priced.startedAt(), priced.cost(), done);
        }
        return priced;
    }

    /// Puts a call on record that has begun a while ago; nobody waits for it.
    void noteLater(AttemptNotes.Note note) {
        notes.submit(note).exceptionally(failure -> {
            log.debug("A long call of {} is not on record yet", note.lease().job(), failure);
            return false;
        });
    }

    private List<Optional<Ended>> writeEndings(List<Ending> batch) {
        var sure = new boolean[] {true};
        var ended = insist(() -> JobEndings.end(database, batch, lease.worker()), sure);
        tell(ended);
        var byJob = HashMap.<JobId, Ended>newHashMap(ended.size());
        ended.forEach(one -> byJob.put(one.job(), one));
        if (!sure[0]) {
            sendWhatTheLostAnswerHeld(batch, byJob.keySet());
        }
        return batch.stream()
                .map(ending -> Optional.ofNullable(byJob.get(ending.job())))
                .toList();
    }

    /// Signals and sends what has been committed.
    public void tell(List<Ended> ended) {
        signals.ended(ended.stream().map(Ended::job).toList());
        for (var one : ended) {
            one.delivery()
                    .ifPresent(delivery -> sender.send(DueDelivery.first(
                            delivery.id(), one.job(), delivery.project(), delivery.url(), delivery.body())));
        }
    }

    /// Signals and sends what has become of a job: its end, or else that it has changed.
    public void tell(JobId job, Optional<Ended> ended) {
        ended.ifPresentOrElse(end -> tell(List.of(end)), () -> changed(job));
    }

    /// Signals that a job has changed without ending.
    void changed(JobId job) {
        signals.changed(job);
    }

    /// Signals and sends what has been committed of jobs that were taken back.
    void tell(TakeBacks.Round round) {
        tell(round.ended());
        round.goOn().forEach(this::changed);
    }

    private void sendWhatTheLostAnswerHeld(List<Ending> batch, Set<JobId> answered) {
        var unanswered = batch.stream()
                .map(Ending::job)
                .filter(job -> !answered.contains(job))
                .toList();
        if (!unanswered.isEmpty()) {
            insist(() -> deliveries.heldBy(lease.worker(), unanswered), new boolean[1])
                    .forEach(sender::send);
        }
    }

    private List<Boolean> writeRequeues(List<Requeue> batch) {
        var sure = new boolean[] {true};
        var done = insist(() -> JobRequeues.requeue(database, batch), sure);
        done.forEach(this::changed);
        // After a lost answer, a job that is missing was most likely put back by the first try; the fence decides.
        return batch.stream().map(requeue -> done.contains(requeue.job())).toList();
    }

    private List<Boolean> writeNotes(List<AttemptNotes.Note> batch) {
        var mayGoOn = insist(() -> AttemptNotes.note(database, batch), new boolean[1]);
        return batch.stream().map(note -> mayGoOn.contains(note.lease())).toList();
    }

    /// Repeats a write until the database has answered.
    ///
    /// @param sure set to false if an answer was lost in between
    <T> T insist(Callable<T> write, boolean[] sure) {
        while (true) {
            try {
                return write.call();
            } catch (DataAccessException failure) {
                if (!Failures.unreachable(failure) || stopping) {
                    throw failure;
                }
                sure[0] = false;
                log.debug("Waiting for the database to settle", failure);
                LockSupport.parkNanos(AGAIN.toNanos());
            } catch (RuntimeException bug) {
                throw bug;
            } catch (Exception impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    /// Whether the outcome of this job is yet to be committed.
    boolean holds(JobId job) {
        return inHand.contains(job);
    }

    /// Waits until each outcome is written and committed.
    ///
    /// @param until when to give up, as [System#nanoTime()] tells the time
    void awaitIdle(long until) throws InterruptedException {
        written.await(until);
    }

    /// Outcomes that wait for their turn to be written.
    public int waiting() {
        return endings.waiting() + requeues.waiting();
    }

    /// Bytes of the answers that are not committed yet.
    long answerBytes() {
        return answerBytes.get();
    }

    @Override
    public void destroy() {
        stopping = true;
        endings.close();
        requeues.close();
        notes.close();
    }
}
