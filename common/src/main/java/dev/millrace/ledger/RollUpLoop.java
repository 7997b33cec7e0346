package dev.millrace.ledger;

import dev.millrace.database.Database;
import dev.millrace.database.DatabaseWatch;
import dev.millrace.loop.Loop;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// Moves what attempts cost into the sums by day, every second, in whichever process comes first: calls are to be added
/// up where no worker runs, too. It is no hurry: who reads the sums reads what waits here too.
public final class RollUpLoop extends Loop {

    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final int ROUNDS_BETWEEN_LOOKS = 600;

    private static final Logger log = LoggerFactory.getLogger(RollUpLoop.class);

    private final Database database;
    private final UsageRollUp rollUp;
    private final DatabaseWatch watch;
    private int rounds;

    public RollUpLoop(Database database, DatabaseWatch watch) {
        super("roll-up", SmartLifecycle.DEFAULT_PHASE);
        this.database = database;
        this.rollUp = new UsageRollUp(database);
        this.watch = watch;
    }

    @Override
    protected Duration round() {
        if (watch.available()) {
            rollUp.rollUp();
            releaseForgotten();
        }
        return EVERY;
    }

    private void releaseForgotten() {
        if (rounds++ % ROUNDS_BETWEEN_LOOKS == 0) {
            int released = Reservations.releaseForgotten(database);
            if (released > 0) {
                log.warn("{} reservations of jobs that had ended were still held, and are released", released);
            }
        }
    }
}
