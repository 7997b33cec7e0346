package dev.millrace.job;

import dev.millrace.database.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads jobs for their project. Each query names the project: another project's job does not exist.
public final class JobQueries {

    // One statement sees one moment, so a job on its way from one table to the next is in exactly one of them.
    private static final String JOB = """
            select j.id, j.project_id, j.kind, j.model, j.created_at, j.metadata,
                   case when e.job_id is not null then e.status
                        when r.job_id is not null then 'running' else 'queued' end as status,
                   coalesce(e.started_at, r.started_at, d.started_at, b.started_at) as started_at,
                   e.finished_at,
                   case when e.job_id is null and r.job_id is null
                        then coalesce(b.run_at, j.created_at) end as run_at,
                   coalesce(e.sequence, r.sequence, d.sequence, b.sequence) as sequence,
                   coalesce(e.attempts, r.attempts, d.attempts, b.attempts) as attempts,
                   case when e.status = 'succeeded' then 100 else coalesce(r.progress, 0) end as progress,
                   e.error_code, e.error_message, e.usage,
                   r.hold_reason, r.hold_since, r.hold_attempt
            from job j
                 left join job_end      e on e.job_id = j.id
                 left join job_run      r on r.job_id = j.id
                 left join job_dispatch d on d.job_id = j.id
                 left join job_backlog  b on b.job_id = j.id
            """;

    private static final String ONE = JOB + "where j.id = :id and j.project_id = :project";

    private static final String PAGE = JOB + "where j.id = any (:ids) and j.project_id = :project order by j.id desc";

    private static final String RESULT =
            "select result from job_end where job_id = :id and project_id = :project and result is not null";

    // For nobody's eyes: it tells only whether those who wait for a job need to look again.
    private static final String SEQUENCES = """
            select i.id, coalesce(e.sequence, r.sequence, d.sequence, b.sequence) as sequence
            from unnest(:ids::uuid[]) as i(id)
                 left join job_end      e on e.job_id = i.id
                 left join job_run      r on r.job_id = i.id
                 left join job_dispatch d on d.job_id = i.id
                 left join job_backlog  b on b.job_id = i.id
            """;

    private static final String KNOWN =
            "select exists (select 1 from idempotency_key where project_id = :project and key = :key)";

    private final Database database;
    private final JobLists lists;

    public JobQueries(Database database) {
        this.database = database;
        this.lists = new JobLists(database);
    }

    public Optional<Job> find(UUID project, JobId job) {
        return database.client()
                .sql(ONE)
                .param("id", job.value())
                .param("project", project)
                .query((row, number) -> job(row))
                .optional();
    }

    /// A page of a project's jobs, and whether more may follow.
    ///
    /// @param last after which the next page goes on; not a job's own id where the page is not full and more
    ///     may follow
    /// Whether a job was submitted under this idempotency key.
    public boolean isKnown(UUID project, String idempotencyKey) {
        return database.client()
                .sql(KNOWN)
                .param("project", project)
                .param("key", idempotencyKey)
                .query(Boolean.class)
                .single();
    }

    public record Page(List<Job> jobs, boolean hasMore, Optional<JobId> last) {}

    public Page list(UUID project, JobFilter filter) {
        var found = lists.newest(project, filter, filter.limit() + 1);
        var ids = found.ids();
        boolean more = ids.size() > filter.limit() || found.goesOnBelow().isPresent();
        if (ids.isEmpty()) {
            return new Page(List.of(), more, found.goesOnBelow().map(JobId::new));
        }
        var shown = ids.subList(0, Math.min(ids.size(), filter.limit())).toArray(UUID[]::new);
        var jobs = database.client()
                .sql(PAGE)
                .param("ids", shown)
                .param("project", project)
                .query((row, number) -> job(row))
                .list();
        var below = ids.size() > filter.limit() ? Optional.<UUID>empty() : found.goesOnBelow();
        return new Page(jobs, more, below.map(JobId::new).or(() -> Optional.of(new JobId(shown[shown.length - 1]))));
    }

    /// The answer's body of a job that succeeded with one.
    public Optional<byte[]> result(UUID project, JobId job) {
        return database.client()
                .sql(RESULT)
                .param("id", job.value())
                .param("project", project)
                .query((row, number) -> row.getBytes(1))
                .optional();
    }

    /// The sequence that each of these jobs has reached; a job that is gone is left out.
    public Map<JobId, Integer> sequences(Collection<JobId> jobs) {
        var sequences = new HashMap<JobId, Integer>();
        database.client()
                .sql(SEQUENCES)
                .param("ids", jobs.stream().map(JobId::value).toArray(UUID[]::new))
                .query(row -> {
                    if (row.getObject(2, Integer.class) != null) {
                        sequences.put(new JobId(row.getObject(1, UUID.class)), row.getInt(2));
                    }
                });
        return sequences;
    }

    private static Job job(ResultSet row) throws SQLException {
        var errorCode = row.getString("error_code");
        var holdReason = row.getString("hold_reason");
        return new Job(
                new JobId(row.getObject("id", UUID.class)),
                row.getObject("project_id", UUID.class),
                JobKind.of(row.getString("kind")),
                JobStatus.of(row.getString("status")),
                row.getString("model"),
                row.getTimestamp("created_at").toInstant(),
                instant(row.getTimestamp("started_at")),
                instant(row.getTimestamp("finished_at")),
                instant(row.getTimestamp("run_at")),
                row.getInt("sequence"),
                row.getInt("attempts"),
                row.getInt("progress"),
                errorCode == null
                        ? Optional.empty()
                        : Optional.of(new Job.JobError(errorCode, row.getString("error_message"))),
                Optional.ofNullable(row.getString("usage")),
                MetadataJson.read(row.getString("metadata")),
                holdReason == null
                        ? Optional.empty()
                        : Optional.of(new Job.Hold(
                                holdReason, row.getTimestamp("hold_since").toInstant(), row.getInt("hold_attempt"))));
    }

    private static Optional<Instant> instant(@Nullable Timestamp at) {
        return Optional.ofNullable(at).map(Timestamp::toInstant);
    }
}
