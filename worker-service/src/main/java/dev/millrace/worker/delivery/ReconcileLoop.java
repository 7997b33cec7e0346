package dev.millrace.worker.delivery;

import dev.millrace.database.Database;
import dev.millrace.database.DatabaseWatch;
import dev.millrace.loop.Loop;
import dev.millrace.webhook.DeliveryReconciler;
import dev.millrace.worker.Phases;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Runs the reconciler in steps of a few seconds, so that none is felt, without a pause after a time without workers.
/// Counts its repairs; the count should stay 0.
@Component
class ReconcileLoop extends Loop {

    private static final Duration EVERY = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(ReconcileLoop.class);

    private final DeliveryReconciler reconciler;
    private final DatabaseWatch watch;
    private final Counter repairs;

    ReconcileLoop(Database database, DatabaseWatch watch, MeterRegistry meters) {
        super("reconciler", Phases.DELIVERY);
        this.reconciler = new DeliveryReconciler(database);
        this.watch = watch;
        this.repairs = meters.counter("millrace.reconciler.repairs");
    }

    @Override
    protected Duration round() {
        if (!watch.available()) {
            return Duration.ofSeconds(1);
        }
        var step = reconciler.step();
        if (step.repaired() > 0) {
            log.error("{} events or deliveries were missing and have been written; this is a bug", step.repaired());
            repairs.increment(step.repaired());
        }
        return step.more() ? Duration.ZERO : EVERY;
    }
}
