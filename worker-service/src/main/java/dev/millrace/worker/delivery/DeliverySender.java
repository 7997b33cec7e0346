package dev.millrace.worker.delivery;

import dev.millrace.access.WebhookSecrets;
import dev.millrace.batch.Admission;
import dev.millrace.batch.BatchLimit;
import dev.millrace.batch.Combiner;
import dev.millrace.batch.Gather;
import dev.millrace.database.DatabaseWatch;
import dev.millrace.database.Failures;
import dev.millrace.http.OutboundHttp;
import dev.millrace.loop.Loop;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.webhook.DeliveryReport;
import dev.millrace.webhook.DeliverySettings;
import dev.millrace.webhook.DeliveryStore;
import dev.millrace.webhook.DueDelivery;
import dev.millrace.worker.Phases;
import dev.millrace.worker.Strays;
import dev.millrace.worker.lease.LeaseKeeper;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/// Sends deliveries: those that a settlement hands over at once, and those that come due in the database. What finds
/// no place in the queues goes back to the database, where it loses nothing but time.
@Component
public class DeliverySender extends Loop {

    private static final Duration EVERY = Duration.ofMillis(250);
    private static final Duration NO_ROOM = Duration.ofSeconds(2);
    private static final int MOST_CLAIMED = 200;

    /// What was sent is told to nobody, and one commit for many is cheaper.
    private static final Gather GATHER = Gather.inCrowds(Duration.ofMillis(20));

    private static final Logger log = LoggerFactory.getLogger(DeliverySender.class);

    private final LeaseKeeper lease;
    private final DatabaseWatch database;
    private final DeliveryStore store;
    private final EndpointQueues queues;
    private final DeliveryAttempt attempt;
    private final Combiner<DeliveryReport, Boolean> reports;
    private final Duration drain;
    // By the very object: one that was reported may be claimed again before the other is forgotten.
    private final Map<UUID, DueDelivery> inHand = new ConcurrentHashMap<>();
    private final Strays<UUID> strays = new Strays<>();
    // After a failure of the database there may be deliveries that are this worker's without its knowing.
    private volatile boolean doubtful;
    private volatile boolean closed;

    DeliverySender(
            LeaseKeeper lease,
            DatabaseWatch database,
            DeliveryStore store,
            WebhookSecrets secrets,
            OutboundHttp guardedHttp,
            MillraceSettings settings,
            Clock clock,
            RandomGenerator random,
            MeterRegistry meters) {
        super("deliveries", Phases.DELIVERY);
        this.lease = lease;
        this.database = database;
        this.store = store;
        DeliverySettings webhook = settings.webhook();
        this.queues = new EndpointQueues(webhook, this::deliver);
        this.attempt = new DeliveryAttempt(secrets, guardedHttp, webhook, clock, random, meters);
        this.reports = new Combiner<>(
                "delivery-report", 1, BatchLimit.ofItems(128), Admission.ofAtMost(200_000), this::write, GATHER);
        this.drain = settings.worker().drain();
        meters.gauge("millrace.deliveries.in.flight", queues, EndpointQueues::inFlight);
    }

    /// Takes a delivery that is claimed for this worker.
    public void send(DueDelivery delivery) {
        if (closed || !offer(delivery)) {
            release(List.of(delivery.id()), NO_ROOM);
        }
    }

    private boolean offer(DueDelivery delivery) {
        inHand.put(delivery.id(), delivery);
        boolean taken = queues.offer(delivery);
        if (!taken) {
            inHand.remove(delivery.id(), delivery);
        }
        return taken;
    }

    private void deliver(DueDelivery delivery) {
        about(delivery, () -> sendOnce(delivery));
    }

    /// Lines of the log say whose delivery they are about.
    private static void about(DueDelivery delivery, Runnable work) {
        MDC.put("job", delivery.job().toString());
        MDC.put("project", delivery.project().toString());
        try {
            work.run();
        } finally {
            MDC.clear();
        }
    }

    private void sendOnce(DueDelivery delivery) {
        DeliveryReport report;
        try {
            report = attempt.send(delivery);
        } catch (DataAccessException away) {
            // Nothing was sent: the project's secret could not be read.
            inHand.remove(delivery.id(), delivery);
            release(List.of(delivery.id()), NO_ROOM);
            return;
        } catch (RuntimeException bug) {
            log.error("Delivery {} could not be tried", delivery.id(), bug);
            inHand.remove(delivery.id(), delivery);
            doubtful = true;
            return;
        }
        reports.submit(report).whenComplete((done, failure) -> {
            inHand.remove(delivery.id(), delivery);
            if (failure != null) {
                doubtful = true;
                // Not on record, so it will be sent again: at least once.
                about(
                        delivery,
                        () -> log.warn("The outcome of delivery {} could not be written", delivery.id(), failure));
            }
        });
    }

    private List<Boolean> write(List<DeliveryReport> batch) {
        while (true) {
            try {
                store.report(batch);
                return batch.stream().map(report -> true).toList();
            } catch (DataAccessException failure) {
                if (!Failures.unreachable(failure) || closed) {
                    throw failure;
                }
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            }
        }
    }

    @Override
    protected Duration round() {
        if (!lease.mayStart() || !database.available()) {
            return EVERY;
        }
        if (doubtful && strays.due()) {
            releaseForgotten(lease.worker());
        }
        int room = Math.min(MOST_CLAIMED, queues.room());
        if (room == 0) {
            return EVERY;
        }
        var due = claimDue(room);
        var refused = new ArrayList<UUID>();
        for (var delivery : due) {
            if (!offer(delivery)) {
                refused.add(delivery.id());
            }
        }
        if (!refused.isEmpty()) {
            release(refused, NO_ROOM);
        }
        return due.size() == room && refused.isEmpty() ? Duration.ZERO : EVERY;
    }

    private List<DueDelivery> claimDue(int room) {
        try {
            return store.claimDue(lease.worker(), room, queues.busy());
        } catch (DataAccessException unanswered) {
            doubtful = true;
            throw unanswered;
        }
    }

    private void releaseForgotten(UUID worker) {
        var held = store.claimedBy(worker);
        var forgotten = strays.look(worker, held, inHand::containsKey);
        if (!forgotten.isEmpty()) {
            log.warn("Releasing {} deliveries that this worker has and knows nothing of", forgotten.size());
            store.release(worker, forgotten, Duration.ZERO);
        }
        doubtful = !forgotten.isEmpty() || held.stream().anyMatch(delivery -> !inHand.containsKey(delivery));
    }

    private void release(List<UUID> deliveries, Duration delay) {
        try {
            store.release(lease.worker(), deliveries, delay);
        } catch (DataAccessException away) {
            doubtful = true;
            log.debug("{} deliveries are released when they have been forgotten for a while", deliveries.size(), away);
        }
    }

    @Override
    public void stop() {
        try {
            queues.awaitIdle(drain);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        super.stop();
        closed = true;
        reports.close();
    }
}
