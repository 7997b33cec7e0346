package dev.millrace.job;

import dev.millrace.database.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
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

    // One scan for each kind, merged: the index has the kind before the id.
    private static final String IDS_BY_KIND = """
            (select id from job
             where project_id = :project and kind = '%s' and id < :after
             order by id desc limit :limit)
            """;

    private static final String IDS_ENDED_BY_KIND = """
            (select job_id as id from job_end
             where project_id = :project and status = :status and kind = '%s' and job_id < :after
             order by job_id desc limit :limit)
            """;

    private static final String IDS_QUEUED = """
            (select job_id as id from job_backlog where project_id = :project and lane in (:kinds) and job_id < :after
             order by job_id desc limit :limit)
            union all
            (select job_id from job_dispatch where project_id = :project and lane in (:kinds) and job_id < :after
             order by job_id desc limit :limit)
            """;

    private static final String IDS_RUNNING = """
            (select job_id as id from job_run where project_id = :project and lane in (:kinds) and job_id < :after
             order by job_id desc limit :limit)
            """;

    // The first pair's index gives the order; the other conditions are probed job by job.
    private static final String IDS_BY_METADATA = """
            (select m.job_id as id from job_metadata m
             where m.project_id = :project and m.key = :key0 and m.value = :value0 and m.job_id < :after
               %s
             order by m.job_id desc limit :limit)
            """;

    private static final String HAS_PAIR = """
            and exists (select 1 from job_metadata o where o.project_id = :project
                        and o.key = :key%1$d and o.value = :value%1$d and o.job_id = m.job_id)
            """;

    private static final String IS_OF_KIND =
            "and exists (select 1 from job k where k.id = m.job_id and k.kind in (:kinds))\n";

    private static final String IS_ENDED =
            "and exists (select 1 from job_end s where s.job_id = m.job_id and s.status = :status)\n";

    private static final String IS_RUNNING = "and exists (select 1 from job_run s where s.job_id = m.job_id)\n";

    private static final String IS_QUEUED = """
            and (exists (select 1 from job_backlog s where s.job_id = m.job_id)
                 or exists (select 1 from job_dispatch s where s.job_id = m.job_id))
            """;

    private static final UUID LAST = new UUID(-1, -1);

    private final Database database;

    public JobQueries(Database database) {
        this.database = database;
    }

    public Optional<Job> find(UUID project, JobId job) {
        return database.client()
                .sql(ONE)
                .param("id", job.value())
                .param("project", project)
                .query((row, number) -> job(row))
                .optional();
    }

    /// A page of a project's jobs, and whether more follow.
    public record Page(List<Job> jobs, boolean hasMore) {}

    public Page list(UUID project, JobFilter filter) {
        var ids = ids(project, filter);
        boolean more = ids.size() > filter.limit();
        if (ids.isEmpty()) {
            return new Page(List.of(), false);
        }
        var shown = ids.subList(0, Math.min(ids.size(), filter.limit())).toArray(UUID[]::new);
        var jobs = database.client()
                .sql(PAGE)
                .param("ids", shown)
                .param("project", project)
                .query((row, number) -> job(row))
                .list();
        return new Page(jobs, more);
    }

    private List<UUID> ids(UUID project, JobFilter filter) {
        var kinds = filter.kind().map(List::of).orElse(List.of(JobKind.values())).stream()
                .map(JobKind::word)
                .toList();
        var pairs = new ArrayList<>(filter.metadata().entrySet());
        var source = pairs.isEmpty() ? source(filter.status(), kinds) : sourceByMetadata(filter.status(), pairs.size());
        var sql = "select id from (" + source + ") page order by id desc limit :limit";
        var statement = database.client()
                .sql(sql)
                .param("project", project)
                .param("kinds", kinds)
                .param("status", filter.status().map(JobStatus::word).orElse(null))
                .param("after", filter.after().map(JobId::value).orElse(LAST))
                .param("limit", filter.limit() + 1);
        for (int i = 0; i < pairs.size(); i++) {
            statement = statement
                    .param("key" + i, pairs.get(i).getKey())
                    .param("value" + i, pairs.get(i).getValue());
        }
        return statement.query(UUID.class).list();
    }

    private static String source(Optional<JobStatus> status, List<String> kinds) {
        if (status.isEmpty()) {
            return eachKind(IDS_BY_KIND, kinds);
        }
        return switch (status.get()) {
            case QUEUED -> IDS_QUEUED;
            case RUNNING -> IDS_RUNNING;
            case SUCCEEDED, FAILED, CANCELLED, EXPIRED -> eachKind(IDS_ENDED_BY_KIND, kinds);
        };
    }

    private static String eachKind(String scan, List<String> kinds) {
        return kinds.stream().map(scan::formatted).collect(Collectors.joining(" union all "));
    }

    private static String sourceByMetadata(Optional<JobStatus> status, int pairs) {
        var conditions = new StringBuilder(IS_OF_KIND);
        for (int i = 1; i < pairs; i++) {
            conditions.append(HAS_PAIR.formatted(i));
        }
        status.ifPresent(wanted -> conditions.append(
                switch (wanted) {
                    case QUEUED -> IS_QUEUED;
                    case RUNNING -> IS_RUNNING;
                    case SUCCEEDED, FAILED, CANCELLED, EXPIRED -> IS_ENDED;
                }));
        return IDS_BY_METADATA.formatted(conditions);
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
