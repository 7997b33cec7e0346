package dev.millrace.api.accept;

import dev.millrace.api.problem.Problem;
import dev.millrace.database.Database;
import dev.millrace.job.JobKind;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;

/// How many bytes of files a project may keep. It is counted now and then, in the background, so the limit is passed by
/// what was submitted before the count and stored after.
@Component
class StoredLimit {

    private static final String FULL = """
            select p.id from project p
            where p.most_stored_bytes is not null
              and p.most_stored_bytes
                  <= (select coalesce(sum(a.bytes), 0) from asset a where a.project_id = p.id)
            """;

    /// Files go when they are old, a week's at a time.
    private static final Duration RETRY_AFTER = Duration.ofMinutes(10);

    private final Database database;
    private volatile Set<UUID> full = Set.of();

    StoredLimit(Database database) {
        this.database = database;
    }

    /// Whether this would be one more file of a project that keeps as much as it may.
    boolean refuses(UUID project, JobKind kind) {
        return kind == JobKind.VIDEO && full.contains(project);
    }

    /// 429.
    static Problem refusal() {
        return Problem.tooMany(
                "too_many_bytes_stored", "The files of this project have as many bytes as it may keep.", RETRY_AFTER);
    }

    void count() {
        full = Set.copyOf(database.client().sql(FULL).query(UUID.class).list());
    }
}
