package dev.millrace.worker.polling;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.database.Failures;
import dev.millrace.loop.Loop;
import dev.millrace.render.FollowedRender;
import dev.millrace.render.RenderClaim;
import dev.millrace.render.RenderKey;
import dev.millrace.render.RenderStore;
import dev.millrace.routing.ModelKind;
import dev.millrace.routing.Room;
import dev.millrace.routing.Routes;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.worker.Phases;
import dev.millrace.worker.Ramp;
import dev.millrace.worker.Strays;
import dev.millrace.worker.lease.LeaseKeeper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/// Takes up renders that are due, in batches, and gives each a virtual thread for the moment that a poll takes.
/// Between polls a render is a row and nothing else. Polls, with lookups, have slots, and fetches have theirs; a
/// render whose provider has no turn at them stays due. It stops before the executor: what that hands back is another
/// worker's to follow.
@Component
class RenderFollower extends Loop {

    private static final Duration EVERY = Duration.ofMillis(100);
    private static final Duration IN_RAMP = Duration.ofMillis(10);
    private static final Duration LAST_STEPS = Duration.ofSeconds(10);

    /// Who waits for all of these has waited for every step; how many there may be is said elsewhere.
    private static final int ENDLESS = Integer.MAX_VALUE;
    private static final int MOST_CLAIMED = 200;

    private static final Logger log = LoggerFactory.getLogger(RenderFollower.class);

    private final LeaseKeeper lease;
    private final DatabaseWatch database;
    private final RenderStore renders;
    private final RenderStep step;
    private final int pollSlots;
    private final int fetchSlots;
    private final Turns<FollowedRender> polls;
    private final Turns<FollowedRender> fetches;
    private final Semaphore steps = new Semaphore(ENDLESS);

    /// Steps that are no fetches, with what their answers bring.
    private final AtomicInteger polling = new AtomicInteger();

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
            Routes routes,
            MillraceSettings settings,
            MeterRegistry meters) {
        super("render-follower", Phases.FOLLOWING);
        this.lease = lease;
        this.database = database;
        this.renders = renders;
        this.step = step;
        this.pollSlots = settings.worker().pollSlots();
        this.fetchSlots = settings.worker().fetchSlots();
        int providers = routes.serving(Set.of(ModelKind.VIDEO));
        this.polls = turns(new Room(pollSlots, providers), settings.worker().pollsPerKey());
        this.fetches = turns(new Room(fetchSlots, providers), fetchSlots);
        // Polls that came due during an outage would otherwise all be sent at once.
        this.ramp = new Ramp(settings.dispatch().ramp());
        this.withoutDatabase = failures(meters, "database");
        this.broken = failures(meters, "error");
        meters.gauge("millrace.slots.taken", List.of(Tag.of("kind", "poll")), polling);
        meters.gauge("millrace.slots.taken", List.of(Tag.of("kind", "fetch")), fetches, Turns::underWay);
    }

    private Turns<FollowedRender> turns(Room room, int mostOfKey) {
        return new Turns<>(room, mostOfKey, this::start, this::wake, System::nanoTime);
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
        giveBack(worker, polls.tired());
        giveBack(worker, fetches.tired());
        int free = Math.clamp(pollSlots - polling.get(), 0, MOST_CLAIMED);
        int mostPolls = ramp.room(free);
        int mostFetches = Math.clamp(fetchSlots - fetches.underWay(), 0, MOST_CLAIMED);
        if (mostPolls + mostFetches > 0 && followDue(worker, mostPolls, mostFetches)) {
            return Duration.ZERO;
        }
        return mostPolls == 0 && free > 0 ? IN_RAMP : EVERY;
    }

    /// @return whether there may be more
    private boolean followDue(UUID worker, int mostPolls, int mostFetches) {
        var due = renders.claimDue(worker, polls.wanted(mostPolls), fetches.wanted(mostFetches));
        int toFetch = (int) due.stream().filter(RenderFollower::toFetch).count();
        int toPoll = due.size() - toFetch;
        ramp.released(toPoll);
        due.forEach(this::follow);
        return (toPoll > 0 && toPoll == mostPolls) || (toFetch > 0 && toFetch == mostFetches);
    }

    private static boolean toFetch(FollowedRender render) {
        return render.phase() == FollowedRender.Phase.FETCH;
    }

    private void follow(FollowedRender render) {
        following.add(RenderClaim.of(render));
        (toFetch(render) ? fetches : polls).take(RenderKey.of(render), render);
    }

    private void start(FollowedRender render, Turns.Turn turn) {
        steps.acquireUninterruptibly();
        if (!toFetch(render)) {
            polling.incrementAndGet();
        }
        Thread.ofVirtual().name("render-", 0).start(() -> {
            var next = Optional.<FollowedRender>empty();
            try {
                // One that waited for its turn may have outlasted the lease; then it is forgotten, and freed as such.
                if (lease.mayStart()) {
                    next = take(render, turn);
                }
            } finally {
                following.remove(RenderClaim.of(render));
                turn.end();
                if (!toFetch(render) && polling.getAndDecrement() >= pollSlots) {
                    wake();
                }
                next.ifPresent(this::follow);
                steps.release();
            }
        });
    }

    /// What found no turn for a while is due as it was, for any worker.
    private void giveBack(UUID worker, List<FollowedRender> tired) {
        if (tired.isEmpty()) {
            return;
        }
        var claims = tired.stream().map(RenderClaim::of).toList();
        try {
            renders.free(worker, claims);
        } finally {
            // What could not be given back is forgotten, and freed as such.
            claims.forEach(following::remove);
        }
    }

    private void freeForgotten(UUID worker) {
        var forgotten = strays.look(worker, renders.claimsOf(worker), following::contains);
        if (!forgotten.isEmpty()) {
            log.warn("Freeing {} renders that this worker has and knows nothing of", forgotten.size());
            renders.free(worker, forgotten);
        }
    }

    Optional<FollowedRender> take(FollowedRender render, Turns.Turn turn) {
        MDC.put("job", render.job().toString());
        MDC.put("attempt", Integer.toString(render.attempt()));
        MDC.put("project", render.project().toString());
        try {
            return step.take(render, turn);
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
            return Optional.empty();
        } finally {
            MDC.clear();
        }
    }

    @Override
    public void stop() {
        super.stop();
        polls.close();
        fetches.close();
        try {
            steps.tryAcquire(ENDLESS, LAST_STEPS.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
