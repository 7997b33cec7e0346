package dev.millrace.api.accept;

import dev.millrace.api.problem.Problem;
import dev.millrace.database.Database;
import dev.millrace.settings.MillraceSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.stereotype.Component;

/// How many jobs of a project may wait. The database is counted now and then, in the background; what was accepted here
/// since is added. So the limit is passed by at most what other instances accept between two counts.
@Component
class QueueLimit {

    private static final String WAITING = "select project_id, count(*) from job_backlog group by project_id";

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Database database;
    private final int most;
    private volatile Map<UUID, Long> counted = Map.of();
    private volatile Map<UUID, LongAdder> added = new ConcurrentHashMap<>();

    QueueLimit(Database database, MillraceSettings settings) {
        this.database = database;
        this.most = settings.accept().mostQueuedPerProject();
    }

    /// @throws Problem 429 if the project has as many waiting as it may
    void check(UUID project) {
        var since = added.get(project);
        if (counted.getOrDefault(project, 0L) + (since == null ? 0 : since.sum()) >= most) {
            throw Problem.tooMany(
                    "too_many_queued", "This project has " + most + " jobs waiting, which is its limit.", RETRY_AFTER);
        }
    }

    void added(UUID project) {
        added.computeIfAbsent(project, key -> new LongAdder()).increment();
    }

    /// Counts anew. What is accepted while it counts may be counted twice until the next time, never not at all.
    void count() {
        var since = new ConcurrentHashMap<UUID, LongAdder>();
        var before = added;
        added = since;
        var now = new HashMap<UUID, Long>();
        try {
            database.client().sql(WAITING).query(row -> {
                now.put(row.getObject(1, UUID.class), row.getLong(2));
            });
            counted = now;
        } catch (RuntimeException failure) {
            // The old counts stay, with what was added to them.
            before.forEach((project, count) ->
                    since.computeIfAbsent(project, key -> new LongAdder()).add(count.sum()));
            throw failure;
        }
    }
}
