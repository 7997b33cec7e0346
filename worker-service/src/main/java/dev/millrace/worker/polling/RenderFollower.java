package dev.millrace.worker.polling;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.database.Failures;
import dev.millrace.loop.Loop;
import dev.millrace.render.FollowedRender;
import dev.millrace.render.RenderClaim;
import dev.millrace.render.RenderStore;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.worker.Phases;
import dev.millrace.worker.Ramp;
import dev.millrace.worker.Strays;
import dev.millrace.worker.lease.LeaseKeeper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/// Takes up renders that are due, in batches, and gives each a virtual thread for the moment that a poll takes.
/// Between polls a render is a row and nothing else. It stops before the executor: what that hands back
/// is another worker's to follow.
@Component
class RenderFollower extends Loop {

    private static final Duration EVERY = Duration.ofMillis(100);
    private static final Duration LAST_STEPS = Duration.ofSeconds(10);

    /// Who waits for all of these has waited for every step; how many there may be is said elsewhere.
    private static final int ENDLESS = Integer.MAX_VALUE;
    private static final int MOST_CLAIMED = 200;

    private static final Logger log = LoggerFactory.getLogger(RenderFollower.class);

    private final LeaseKeeper lease;
    private final DatabaseWatch database;
    private final RenderStore renders;
    private final RenderStep step;
    private final int slots;
    private final KeyTurns turns;
    private final Semaphore steps = new Semaphore(ENDLESS);
    private final Ramp ramp;
    private final Set<RenderClaim> following = ConcurrentHashMap.newKeySet();
    private final Strays<RenderClaim> strays = new Strays<>();
    private final Counter withoutDatabase;
    private final Counter broken;

    RenderFollower(
            LeaseKeeper lease,
            DatabaseWatch database,
            RenderStore renders,
            RenderStep step,
            MillraceSettings settings,
            MeterRegistry meters) {
        super("render-follower", Phases.FOLLOWING);
        this.lease = lease;
        this.database = database;
        this.renders = renders;
        this.step = step;
        this.slots = settings.worker().pollSlots();
        this.turns = new KeyTurns(settings.worker().pollsPerKey(), this::wake);
        // Polls that came due during an outage would otherwise all be sent at once.
        this.ramp = new Ramp(settings.dispatch().ramp());
        this.withoutDatabase = failures(meters, "database");
        this.broken = failures(meters, "error");
    }

    private static Counter failures(MeterRegistry meters, String reason) {
        return Counter.builder("millrace.render.steps.failed")
                .description("Steps of following a render that failed here, and are taken again")
                .tag("reason", reason)
                .register(meters);
    }

    @Override
    protected Duration round() {
        if (!lease.mayStart() || !database.available()) {
            ramp.away();
            return EVERY;
        }
        var worker = lease.worker();
        if (strays.due()) {
            freeForgotten(worker);
        }
        int room = ramp.room(Math.clamp(slots - underWay(), 0, MOST_CLAIMED));
        if (room == 0) {
            return Duration.ofMillis(10);
        }
        var due = renders.claimDue(worker, room, turns.waitedFor());
        ramp.released(due.size());
        due.forEach(this::follow);
        return due.size() == room ? Duration.ZERO : EVERY;
    }

    private void follow(FollowedRender render) {
        following.add(RenderClaim.of(render));
        if (render.phase() == FollowedRender.Phase.FETCH) {
            start(render, () -> {});
        } else {
            turns.take(render.keyRef(), turn -> start(render, turn));
        }
    }

    private void start(FollowedRender render, KeyTurns.Turn turn) {
        steps.acquireUninterruptibly();
        Thread.ofVirtual().name("render-", 0).start(() -> {
            try {
                // One that waited for its turn may have outlasted the lease; then it is forgotten, and freed as such.
                if (lease.mayStart()) {
                    take(render, turn);
                }
            } finally {
                following.remove(RenderClaim.of(render));
                turn.end();
                steps.release();
            }
        });
    }

    private void freeForgotten(UUID worker) {
        var forgotten = strays.look(worker, renders.claimsOf(worker), following::contains);
        if (!forgotten.isEmpty()) {
            log.warn("Freeing {} renders that this worker has and knows nothing of", forgotten.size());
            renders.free(worker, forgotten);
        }
    }

    void take(FollowedRender render, KeyTurns.Turn turn) {
        MDC.put("job", render.job().toString());
        MDC.put("attempt", Integer.toString(render.attempt()));
        MDC.put("project", render.project().toString());
        try {
            step.take(render, turn);
        } catch (RuntimeException failure) {
            if (Failures.unreachable(failure)) {
                // Each for itself is no news while the database is away; how many there are is.
                withoutDatabase.increment();
                log.debug("The database was not there for a step of render {}", render.job(), failure);
            } else {
                broken.increment();
                log.error("A step of render {}/{} failed", render.job(), render.attempt(), failure);
            }
            step.putBack(render);
        } finally {
            MDC.clear();
        }
    }

    private int underWay() {
        return ENDLESS - steps.availablePermits();
    }

    @Override
    public void stop() {
        super.stop();
        turns.close();
        try {
            steps.tryAcquire(ENDLESS, LAST_STEPS.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
