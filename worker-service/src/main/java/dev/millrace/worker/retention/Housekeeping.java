package dev.millrace.worker.retention;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.loop.Loop;
import dev.millrace.retention.Retention;
import dev.millrace.worker.Phases;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Makes partitions ahead, drops those past their keep time, and forgets idempotency keys after a day.
@Component
class Housekeeping extends Loop {

    private static final Duration EVERY = Duration.ofMinutes(10);

    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

    private final Retention retention;
    private final DatabaseWatch watch;

    Housekeeping(Retention retention, DatabaseWatch watch) {
        super("housekeeping", Phases.EXECUTION);
        this.retention = retention;
        this.watch = watch;
    }

    @Override
    protected Duration round() {
        if (!watch.available()) {
            return Duration.ofSeconds(1);
        }
        retention.makePartitions();
        int forgotten = retention.forgetKeys();
        if (forgotten > 0) {
            log.info("Forgot {} idempotency keys that were older than a day", forgotten);
        }
        var dropped = retention.dropWeeks();
        if (!dropped.isEmpty()) {
            log.info("Dropped the jobs of the weeks that began on {}", dropped);
        }
        return EVERY;
    }
}
