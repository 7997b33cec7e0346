package dev.millrace.worker.intake;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.JobClaims;
import dev.millrace.job.JobKind;
import dev.millrace.job.RequestRoom;
import dev.millrace.lease.LeaseSettings;
import dev.millrace.loop.Loop;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.worker.Phases;
import dev.millrace.worker.execution.Executor;
import dev.millrace.worker.lease.LeaseKeeper;
import java.time.Duration;
import java.util.List;
import org.springframework.stereotype.Component;

/// Picks up what Kafka did not bring: jobs whose token nobody has used for a second, those that were passed over for
/// lack of memory, as soon as there is some, and jobs that were taken back, which are claimed one by one.
@Component
class LeftoverLoop extends Loop {

    private static final Duration EVERY = Duration.ofMillis(250);
    private static final int MOST = 200;

    private final LeaseKeeper lease;
    private final DatabaseWatch database;
    private final JobClaims claims;
    private final Executor executor;
    private final Duration unclaimedFor;
    private final LeaseSettings leases;
    private final RequestRoom requests;

    LeftoverLoop(
            LeaseKeeper lease,
            DatabaseWatch database,
            JobClaims claims,
            RequestRoom requests,
            Executor executor,
            MillraceSettings settings) {
        super("leftovers", Phases.INTAKE);
        this.lease = lease;
        this.database = database;
        this.claims = claims;
        this.executor = executor;
        this.unclaimedFor = settings.dispatch().unclaimedFor();
        this.leases = settings.lease();
        this.requests = requests;
    }

    @Override
    public void start() {
        requests.whenFreed(this::wake);
        super.start();
    }

    @Override
    protected Duration round() {
        if (!lease.mayStart() || !database.available()) {
            return EVERY;
        }
        boolean more = false;
        for (var kind : JobKind.values()) {
            more |= claimLeftover(kind);
            more |= claimTakenBack(kind);
        }
        return more ? Duration.ZERO : EVERY;
    }

    private boolean claimLeftover(JobKind kind) {
        var slots = executor.slots(kind);
        int room = executor.takeSlots(kind, MOST);
        if (room == 0) {
            requests.passTurn(kind, false);
            return false;
        }
        List<ClaimedJob> claimed = List.of();
        try {
            claimed = claims.claimLeftover(lease.worker(), kind, unclaimedFor, room);
        } finally {
            slots.give(room - claimed.size());
        }
        claimed.forEach(executor::run);
        return claimed.size() == MOST;
    }

    private boolean claimTakenBack(JobKind kind) {
        var slots = executor.slots(kind);
        if (executor.takeSlots(kind, 1) == 0) {
            requests.passTurn(kind, true);
            return false;
        }
        List<ClaimedJob> claimed = List.of();
        try {
            claimed =
                    claims.claimTakenBack(lease.worker(), kind, executor.suspectRunning() ? 1 : leases.mostTakeBacks());
        } finally {
            slots.give(1 - claimed.size());
        }
        claimed.forEach(executor::run);
        return !claimed.isEmpty();
    }
}
