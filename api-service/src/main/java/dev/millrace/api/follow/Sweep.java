package dev.millrace.api.follow;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.job.JobQueries;
import dev.millrace.kafka.Broadcast;
import java.time.Duration;
import java.util.ArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/// Looks at all awaited jobs in one query, each second while no signals come, and now and then even while they do.
@Component
final class Sweep implements SmartLifecycle {

    private static final Duration EVERY = Duration.ofSeconds(1);

    /// While signals come, this many looks are left out.
    private static final int LEFT_OUT = 4;

    private static final int MOST_AT_ONCE = 1_000;

    private static final Logger log = LoggerFactory.getLogger(Sweep.class);

    private final DatabaseWatch database;
    private final Broadcast signals;
    private final Waits waits;
    private final JobQueries jobs;
    private Thread thread = new Thread();

    Sweep(
            DatabaseWatch database,
            @Qualifier(FollowConfiguration.SIGNALS) Broadcast signals,
            Waits waits,
            JobQueries jobs) {
        this.database = database;
        this.signals = signals;
        this.waits = waits;
        this.jobs = jobs;
    }

    private void run() {
        try {
            int leftOut = 0;
            boolean flowed = false;
            while (true) {
                Thread.sleep(EVERY);
                boolean flows = signals.flowing();
                // Signals that have just begun to come say nothing of what was before.
                if (flows && flowed && leftOut < LEFT_OUT) {
                    leftOut++;
                } else {
                    leftOut = 0;
                    lookIfPossible();
                }
                flowed = flows;
            }
        } catch (InterruptedException stopping) {
            log.debug("Awaited jobs are looked at no more");
        }
    }

    private void lookIfPossible() {
        if (!database.migrated() || waits.none()) {
            return;
        }
        try {
            look();
        } catch (DataAccessException away) {
            log.debug("Awaited jobs could not be looked at", away);
        } catch (RuntimeException bug) {
            log.error("Awaited jobs could not be looked at", bug);
        }
    }

    private void look() {
        var awaited = new ArrayList<>(waits.awaited());
        for (int from = 0; from < awaited.size(); from += MOST_AT_ONCE) {
            var some = awaited.subList(from, Math.min(awaited.size(), from + MOST_AT_ONCE));
            jobs.sequences(some).forEach(waits::reached);
        }
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().daemon().name("wait-sweep").start(this::run);
    }

    @Override
    public void stop() {
        thread.interrupt();
    }

    @Override
    public boolean isRunning() {
        return thread.isAlive();
    }
}
