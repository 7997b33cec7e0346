package dev.millrace.worker.relay;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.dispatch.Dispatcher;
import dev.millrace.dispatch.Tokens;
import dev.millrace.job.JobKind;
import dev.millrace.loop.Loop;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.worker.Phases;
import dev.millrace.worker.Ramp;
import dev.millrace.worker.lease.LeaseKeeper;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/// Fills the lanes from the backlog, forty times a second while there is one. After an outage it begins slowly and
/// doubles each second, so that all that has come due meanwhile does not fall on the providers at once.
@Component
class DispatchLoop extends Loop {

    private static final Duration BUSY = Duration.ofMillis(25);
    private static final Duration IDLE = Duration.ofMillis(100);
    private static final int UNLIMITED = 100_000;

    private final Dispatcher dispatcher;
    private final Tokens tokens;
    private final DatabaseWatch database;
    private final LeaseKeeper lease;
    private final Map<JobKind, Ramp> ramps = new EnumMap<>(JobKind.class);

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
        for (var kind : JobKind.values()) {
            ramps.put(kind, new Ramp(settings.dispatch().ramp()));
        }
    }

    @Override
    protected Duration round() {
        if (!database.available() || !lease.mayStart()) {
            ramps.values().forEach(Ramp::away);
            return IDLE;
        }
        int moved = 0;
        for (var lane : ramps.entrySet()) {
            var ramp = lane.getValue();
            var dispatched = dispatcher.dispatch(lane.getKey(), ramp.room(UNLIMITED));
            ramp.released(dispatched.size());
            tokens.publish(dispatched);
            moved += dispatched.size();
        }
        return moved > 0 ? BUSY : IDLE;
    }
}
