package dev.millrace.api.accept;

import com.sun.management.OperatingSystemMXBean;
import dev.millrace.api.problem.Problem;
import dev.millrace.database.Database;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/// Keeps accepting from starving working. Taking a job in costs a fraction of doing it, so on a machine that does both,
/// callers who submit as fast as they can would leave the workers nothing.
///
/// A project is paced while two things hold: its own oldest due job has waited longer than [#LATE], and this
/// machine's processors are busy. Then the paced projects share a rate of four fifths of what the workers take up, so
/// that the queue drains while all of the machine is used; as soon as either no longer holds, the rate grows by a
/// tenth each look, until it limits nobody. A submission waits its turn for at most [#MOST_WAIT]; beyond that it is
/// refused with 429, early and cheaply. Those whose turn comes within the same moment are let in at once, and so share
/// a commit: one for each would cost as much again as what they ask for.
///
/// A project whose jobs are picked up in time is never paced, whatever its neighbours do; nor is anybody while no
/// worker lives, while the processors have room, or while workers run elsewhere and leave this machine idle.
@Component
final class Pace {

    /// How long a due job may wait before its project counts as late.
    static final Duration LATE = Duration.ofMillis(500);

    static final Duration MOST_WAIT = Duration.ofSeconds(1);

    /// What is let in at once. Much of what a commit costs is its own, however many jobs it has, and here is nothing to
    /// spare.
    static final Duration MOMENT = Duration.ofMillis(20);

    /// From the beginning of one commit to the next one's while somebody is paced: those who are let in at once have
    /// still to be read, one after another.
    static final Duration BETWEEN_COMMITS = Duration.ofMillis(10);

    private static final double BUSY = 0.85;
    private static final double OF_WHAT_IS_TAKEN_UP = 0.8;
    private static final double GROW = 1.1;

    /// How long ago the count before may be, for what was taken up since then to say what is taken up now.
    private static final Duration RECENT = Duration.ofSeconds(5);

    /// How much of a new measurement counts against the ones before it.
    private static final double NEWEST = 0.4;

    /// The rate, in submissions a second of all paced projects, that is always granted.
    private static final double LEAST = 50;

    /// Above this it limits nobody.
    private static final double MOST = 100_000;

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    // Steps from project to project along the index; within a project the first in turn has waited longest, but for
    // the few minutes that priority makes up for.
    private static final String LATE_PROJECTS = """
            with recursive heads as (
                (select lane, project_id, run_at from job_backlog order by lane, project_id, turn, job_id limit 1)
                union all
                select n.lane, n.project_id, n.run_at
                from heads h cross join lateral (
                    select b.lane, b.project_id, b.run_at from job_backlog b
                    where (b.lane, b.project_id) > (h.lane, h.project_id)
                    order by b.lane, b.project_id, b.turn, b.job_id limit 1
                ) n
            )
            select distinct project_id from heads
            where run_at < now() - :late * interval '1 ms'
              and exists (select 1 from worker where heartbeat_at > now() - interval '10 s')
            """;

    private static final String QUEUED =
            "select (select count(*) from job_backlog) + (select count(*) from job_dispatch)";

    private final Database database;
    private final DoubleSupplier processors;
    private final LongSupplier nanos;
    private final LongAdder passed = new LongAdder();
    private final Map<UUID, AtomicLong> turns = new ConcurrentHashMap<>();
    private volatile Set<UUID> late = Set.of();
    private volatile double rate = MOST;
    private long lookedAt;
    private long queued;
    private boolean isMeasured;
    private double takenUp;

    @Autowired
    Pace(Database database, MeterRegistry meters) {
        this(database, Pace::processorLoad, System::nanoTime);
        Gauge.builder("millrace.accept.pace", this, pace -> pace.paces() ? pace.rate : Double.POSITIVE_INFINITY)
                .description("Submissions a second that late projects share; infinite while nobody is paced")
                .register(meters);
    }

    /// @param processors how busy they are, 0 to 1
    /// @param nanos the monotonic clock
    Pace(Database database, DoubleSupplier processors, LongSupplier nanos) {
        this.database = database;
        this.processors = processors;
        this.nanos = nanos;
        this.lookedAt = nanos.getAsLong();
    }

    private static double processorLoad() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getCpuLoad()
                : 0;
    }

    /// Lets a submission pass, in its turn.
    ///
    /// @throws Problem 429 if its turn is too far away
    void enter(UUID project) {
        enter(project, this::await);
    }

    /// @param await waits for so many nanoseconds
    void enter(UUID project, LongConsumer await) {
        if (paces() && late.contains(project)) {
            await.accept(untilEndOfMoment(turn(project)));
        }
        passed.increment();
    }

    /// How far apart commits are to begin.
    Duration betweenCommits() {
        return paces() ? BETWEEN_COMMITS : Duration.ZERO;
    }

    private long untilEndOfMoment(long wait) {
        return wait + Math.floorMod(-(nanos.getAsLong() + wait), MOMENT.toNanos());
    }

    private void await(long wait) {
        long until = nanos.getAsLong() + wait;
        for (long left = wait; left > 0; left = until - nanos.getAsLong()) {
            LockSupport.parkNanos(left);
        }
    }

    private boolean paces() {
        return rate < MOST;
    }

    /// How long until the next free turn of this project, which is taken by this.
    private long turn(UUID project) {
        long apart = (long) (SECOND * Math.max(1, late.size()) / rate);
        long now = nanos.getAsLong();
        var next = turns.computeIfAbsent(project, key -> new AtomicLong(now));
        while (true) {
            long free = next.get();
            long mine = free - now > 0 ? free : now;
            if (mine - now > MOST_WAIT.toNanos()) {
                throw Problem.tooMany(
                        "overloaded",
                        "The jobs of this project wait longer than they should; please slow down.",
                        Duration.ofNanos(mine - now));
            }
            if (next.compareAndSet(free, mine + apart)) {
                return mine - now;
            }
        }
    }

    /// Looks who is late and how much is taken up, and adjusts the rate.
    void look() {
        var found = new HashSet<UUID>();
        database.client().sql(LATE_PROJECTS).param("late", LATE.toMillis()).query(row -> {
            found.add(row.getObject(1, UUID.class));
        });
        late = Set.copyOf(found);
        turns.keySet().retainAll(found);
        // Counting a long queue costs a processor tens of milliseconds, and says nothing that a prompt project needs.
        boolean known = (!found.isEmpty() || paces())
                && measure(database.client().sql(QUEUED).query(Long.class).single());
        if (known && !found.isEmpty() && processors.getAsDouble() >= BUSY) {
            rate = Math.clamp(takenUp * OF_WHAT_IS_TAKEN_UP, LEAST, MOST - 1);
        } else if (paces()) {
            rate = Math.min(MOST, rate * GROW);
        }
    }

    /// What came in less what the queue grew by has been taken up. What other instances let in is not counted, which
    /// makes the rate smaller than it could be, as it should be for a share of it.
    ///
    /// @return whether that is known: what was taken up since long ago says little of now
    private boolean measure(long nowQueued) {
        long now = nanos.getAsLong();
        long since = Math.max(1, now - lookedAt);
        double measured = Math.max(0, (passed.sumThenReset() + queued - nowQueued) / (since / (double) SECOND));
        boolean recent = since <= RECENT.toNanos();
        if (recent) {
            takenUp = isMeasured ? takenUp + NEWEST * (measured - takenUp) : measured;
        }
        isMeasured = recent;
        queued = nowQueued;
        lookedAt = now;
        return recent;
    }
}
