package dev.millrace.worker.ledger;

import dev.millrace.database.Database;
import dev.millrace.database.DatabaseWatch;
import dev.millrace.ledger.UsageRollUp;
import dev.millrace.loop.Loop;
import dev.millrace.worker.Phases;
import java.time.Duration;
import org.springframework.stereotype.Component;

/// Moves what attempts cost into the sums by day, every second. It is no hurry: who reads the sums reads what waits
/// here too.
@Component
class RollUpLoop extends Loop {

    private static final Duration EVERY = Duration.ofSeconds(1);

    private final UsageRollUp rollUp;
    private final DatabaseWatch watch;

    RollUpLoop(Database database, DatabaseWatch watch) {
        super("roll-up", Phases.EXECUTION);
        this.rollUp = new UsageRollUp(database);
        this.watch = watch;
    }

    @Override
    protected Duration round() {
        if (watch.available()) {
            rollUp.rollUp();
        }
        return EVERY;
    }
}
