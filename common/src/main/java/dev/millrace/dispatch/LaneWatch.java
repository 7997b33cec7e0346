package dev.millrace.dispatch;

import dev.millrace.database.Database;
import dev.millrace.job.DrawnPlace;
import dev.millrace.job.JobKind;
import dev.millrace.job.NewJob;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/// What an accepting service knows of the lanes, and has of them: whose backlog comes first, at which it looks about
/// ten times a second, and places that it has drawn ahead. A wrong guess costs order for a moment, never a job, and
/// never passes the room of a lane.
public final class LaneWatch {

    private static final String DISPATCHED =
            "select lane, count(*) from job_dispatch where take_backs = 0 and not passed_over group by lane";

    private static final String LIMITED = "select id from project where max_active is not null";

    // Steps from project to project along the index instead of reading the whole backlog.
    private static final String BACKLOGS = """
            with recursive heads as (
                (select lane, project_id from job_backlog order by lane, project_id limit 1)
                union all
                select n.lane, n.project_id
                from heads h cross join lateral (
                    select b.lane, b.project_id from job_backlog b
                    where (b.lane, b.project_id) > (h.lane, h.project_id)
                    order by b.lane, b.project_id limit 1
                ) n
            )
            select lane, project_id from heads
            union
            -- What waits for memory stands before the next of its project too.
            select lane, project_id from job_dispatch where passed_over
            """;

    private static final String ACTIVE = """
            select lane, project_id, count(*) from job_run group by lane, project_id
            """;

    /// How long a look stays good; without a newer one nothing is published directly.
    private static final Duration FRESH = Duration.ofSeconds(2);

    /// The part of a lane's room that services may draw ahead, while the lane has no backlog and while it has one: then
    /// the dispatcher has a better use for it.
    private static final int PART = 2;
    private static final int PART_BESIDE_A_BACKLOG = 8;

    private record Owner(String lane, UUID project) {}

    private record View(Map<String, AtomicInteger> dispatched, Set<Owner> backlogs, Set<String> waiting, long seenAt) {
        void refused(Owner owner) {
            backlogs.add(owner);
            waiting.add(owner.lane());
        }
    }

    private final Database database;
    private final DispatchSettings settings;
    private final LongSupplier nanos;
    private final Map<JobKind, LanePlaces> places = new EnumMap<>(JobKind.class);
    private volatile View view;
    private volatile Map<Owner, Integer> active = Map.of();
    private volatile Set<UUID> limited = Set.of();

    public LaneWatch(Database database, DispatchSettings settings) {
        this(database, settings, System::nanoTime);
    }

    /// @param nanos the monotonic clock
    LaneWatch(Database database, DispatchSettings settings, LongSupplier nanos) {
        this.database = database;
        this.settings = settings;
        this.nanos = nanos;
        this.view = new View(Map.of(), Set.of(), Set.of(), nanos.getAsLong() - FRESH.toNanos() - 1);
        var draws = new LaneDraws(database, settings.room());
        for (var kind : JobKind.values()) {
            places.put(kind, new LanePlaces(kind, draws, nanos));
        }
    }

    private LanePlaces places(JobKind kind) {
        return Objects.requireNonNull(places.get(kind));
    }

    /// Looks at lanes and backlogs.
    public void look() {
        var dispatched = new ConcurrentHashMap<String, AtomicInteger>();
        var backlogs = ConcurrentHashMap.<Owner>newKeySet();
        var waiting = ConcurrentHashMap.<String>newKeySet();
        long began = nanos.getAsLong();
        database.client().sql(DISPATCHED).query(row -> {
            dispatched.put(row.getString(1), new AtomicInteger(row.getInt(2)));
        });
        database.client().sql(BACKLOGS).query(row -> {
            backlogs.add(new Owner(row.getString(1), row.getObject(2, UUID.class)));
            waiting.add(row.getString(1));
        });
        view = new View(dispatched, backlogs, waiting, began);
    }

    /// Draws places ahead, where this service is short of them, and gives back or renews what it has. Most often there
    /// is nothing to do, and nobody is asked.
    public void draw() {
        places.forEach((kind, drawn) -> drawn.draw(mostDrawn(kind)));
    }

    private int mostDrawn(JobKind kind) {
        int room = settings.room();
        return view.waiting().contains(kind.word()) ? room / PART_BESIDE_A_BACKLOG : Math.ceilDiv(room, PART);
    }

    /// Counts what each project has running, and reads who has a limit of its own; it is slower and may be older.
    public void count() {
        var counted = new HashMap<Owner, Integer>();
        database.client().sql(ACTIVE).query(row -> {
            counted.put(new Owner(row.getString(1), row.getObject(2, UUID.class)), row.getInt(3));
        });
        active = counted;
        limited = Set.copyOf(database.client().sql(LIMITED).query(UUID.class).list());
    }

    /// A place for a new job that is then published at once after its commit. A job that gets none waits in the
    /// backlog, and the next of its project behind it.
    public Optional<DrawnPlace> admit(UUID project, JobKind kind) {
        var now = view;
        if (nanos.getAsLong() - now.seenAt() > FRESH.toNanos()) {
            return Optional.empty();
        }
        var owner = new Owner(kind.word(), project);
        // A limit of its own is counted exactly, which only the dispatcher can.
        if (now.backlogs().contains(owner) || limited.contains(project)) {
            return Optional.empty();
        }
        var dispatched = now.dispatched().computeIfAbsent(kind.word(), lane -> new AtomicInteger());
        var place = active.getOrDefault(owner, 0) + dispatched.get() < settings.projectActive()
                ? places(kind).take()
                : Optional.<DrawnPlace>empty();
        place.ifPresentOrElse(one -> dispatched.incrementAndGet(), () -> now.refused(owner));
        return place;
    }

    /// It is known whether a job was committed.
    public void settled(NewJob job) {
        job.direct().ifPresent(place -> places(job.kind()).settled(place));
    }

    /// It is not known whether a job was committed, or still will be.
    public void lost(NewJob job) {
        job.direct().ifPresent(place -> places(job.kind()).lost(place));
    }
}
