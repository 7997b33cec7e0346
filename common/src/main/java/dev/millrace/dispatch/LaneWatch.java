package dev.millrace.dispatch;

import dev.millrace.database.Database;
import dev.millrace.job.JobKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// What an accepting service knows of the lanes: how much room they have, and whose backlog comes first. It looks
/// about ten times a second, and counts what it adds itself in between. A wrong guess costs order for a moment, never
/// a job.
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

    private record Owner(String lane, UUID project) {}

    private record View(Map<String, AtomicInteger> dispatched, Set<Owner> backlogs, long seenAt) {}

    private final Database database;
    private final DispatchSettings settings;
    private volatile View view = new View(new ConcurrentHashMap<>(), Set.of(), System.nanoTime() - FRESH.toNanos());
    private volatile Map<Owner, Integer> active = Map.of();
    private volatile Set<UUID> limited = Set.of();

    public LaneWatch(Database database, DispatchSettings settings) {
        this.database = database;
        this.settings = settings;
    }

    /// Looks at lanes and backlogs.
    public void look() {
        var dispatched = new ConcurrentHashMap<String, AtomicInteger>();
        var backlogs = ConcurrentHashMap.<Owner>newKeySet();
        database.client().sql(DISPATCHED).query(row -> {
            dispatched.put(row.getString(1), new AtomicInteger(row.getInt(2)));
        });
        database.client().sql(BACKLOGS).query(row -> {
            backlogs.add(new Owner(row.getString(1), row.getObject(2, UUID.class)));
        });
        view = new View(dispatched, backlogs, System.nanoTime());
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

    /// Whether a new job may be published at once after its commit; if so, it is counted as dispatched. A job that may
    /// not waits in the backlog, and the next of its project behind it.
    public boolean admit(UUID project, JobKind kind) {
        var now = view;
        if (System.nanoTime() - now.seenAt() > FRESH.toNanos()) {
            return false;
        }
        var owner = new Owner(kind.word(), project);
        // A limit of its own is counted exactly, which only the dispatcher can.
        if (now.backlogs().contains(owner) || limited.contains(project)) {
            return false;
        }
        var dispatched = now.dispatched().computeIfAbsent(kind.word(), lane -> new AtomicInteger());
        if (active.getOrDefault(owner, 0) + dispatched.get() >= settings.projectActive()
                || dispatched.incrementAndGet() > settings.room()) {
            now.backlogs().add(owner);
            return false;
        }
        return true;
    }
}
