package dev.millrace.worker.relay;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.dispatch.Dispatcher;
import dev.millrace.dispatch.Tokens;
import dev.millrace.job.JobKind;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.worker.Loop;
import dev.millrace.worker.Phases;
import dev.millrace.worker.lease.LeaseKeeper;
import java.time.Duration;
import org.springframework.stereotype.Component;

/// Fills the lanes from the backlog, forty times a second while there is one. After an outage it begins slowly and
/// doubles each second, so that all that has come due meanwhile does not fall on the providers at once.
@Component
class DispatchLoop extends Loop {

    private static final Duration BUSY = Duration.ofMillis(25);
    private static final Duration IDLE = Duration.ofMillis(100);
    private static final int ROUNDS_A_SECOND = 40;
    private static final int UNLIMITED = 100_000;

    private final Dispatcher dispatcher;
    private final Tokens tokens;
    private final DatabaseWatch database;
    private final LeaseKeeper lease;
    private final int rampStart;
    private boolean wasAway = true;
    private long backSince;

    DispatchLoop(
            Dispatcher dispatcher,
            Tokens tokens,
            DatabaseWatch database,
            LeaseKeeper lease,
            MillraceSettings settings) {
        super("dispatch", Phases.EXECUTION);
        this.dispatcher = dispatcher;
        this.tokens = tokens;
        this.database = database;
        this.lease = lease;
        this.rampStart = settings.dispatch().ramp();
    }

    @Override
    protected Duration round() {
        if (!database.available() || !lease.mayStart()) {
            wasAway = true;
            return IDLE;
        }
        if (wasAway) {
            wasAway = false;
            backSince = System.nanoTime();
        }
        int most = mostInRound();
        int moved = 0;
        for (var kind : JobKind.values()) {
            var dispatched = dispatcher.dispatch(kind, most);
            tokens.publish(dispatched);
            moved += dispatched.size();
        }
        return moved > 0 ? BUSY : IDLE;
    }

    private int mostInRound() {
        long seconds = Duration.ofNanos(System.nanoTime() - backSince).toSeconds();
        if (seconds > 12) {
            return UNLIMITED;
        }
        return Math.max(1, (int) (((long) rampStart << seconds) / ROUNDS_A_SECOND));
    }
}
