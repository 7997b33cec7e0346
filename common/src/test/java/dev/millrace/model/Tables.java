package dev.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.Database;
import dev.millrace.job.JobId;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// A project's jobs as the tables have them, each in one line, to be compared with the model's.
final class Tables {

    private static final String JOBS = """
            select j.id, j.kind, p.*, e.finished, e.fixed,
                   (select string_agg(sequence || ':' || substring(type from 5), ' ' order by sequence)
                    from job_event where job_id = j.id) as events,
                   (select string_agg(number || ':' || status || ':' || coalesce(operation_id, ''), ' ' order by number)
                    from attempt where job_id = j.id) as record,
                   (select string_agg(concat_ws(':', attempt, phase, coalesce(operation_id, ''),
                                                coalesce(claimed_by::text, ''), claim_no, epoch), ' ' order by attempt)
                    from render where job_id = j.id) as renders,
                   (select string_agg(attempt::text, ' ' order by attempt) from asset where job_id = j.id) as assets,
                   (select count(*) from delivery where job_id = j.id) as deliveries,
                   (select string_agg(convert_from(body, 'UTF8'), ' ') from delivery where job_id = j.id) as bodies
            from job j
                 left join (
                     select job_id, 'backlog' as place, epoch || '/' || take_backs as fence, attempts, sequence,
                            null::uuid as owner, false as cancel_requested, null::int as hold_attempt
                     from job_backlog
                     union all
                     select job_id, 'dispatch', epoch || '/' || take_backs, attempts, sequence, null, false, null
                     from job_dispatch
                     union all
                     select job_id, 'run', epoch || '/' || take_backs, attempts, sequence, owner, cancel_requested,
                            hold_attempt
                     from job_run
                     union all
                     select job_id, status, '', attempts, sequence, null, false, null from job_end
                 ) p on p.job_id = j.id
                 left join (select job_id, floor(extract(epoch from finished_at))::bigint as finished,
                                   md5(job_end::text) as fixed
                            from job_end) e on e.job_id = j.id
            where j.project_id = :project
            """;

    private final Database database;
    private final UUID project;
    private final Map<JobId, String> fixed = new HashMap<>();

    Tables(Database database, UUID project) {
        this.database = database;
        this.project = project;
    }

    static String line(Object... fields) {
        var line = new StringBuilder();
        for (var field : fields) {
            line.append(field).append(" | ");
        }
        return line.toString();
    }

    /// Each job's line. That a job is in two tables, that an end has changed, or that a body is not as it must be, is
    /// found here.
    Map<JobId, String> read() {
        var lines = new HashMap<JobId, String>();
        database.client().sql(JOBS).param("project", project).query(row -> {
            var id = new JobId(row.getObject("id", UUID.class));
            int sequence = row.getInt("sequence");
            var line = line(
                    row.getString("kind"),
                    row.getString("place"),
                    row.getString("fence"),
                    row.getInt("attempts"),
                    sequence,
                    text(row.getObject("owner")),
                    row.getBoolean("cancel_requested"),
                    text(row.getObject("hold_attempt")),
                    text(row.getString("events")),
                    text(row.getString("record")),
                    text(row.getString("renders")),
                    text(row.getString("assets")),
                    row.getInt("deliveries"));
            assertThat(lines.put(id, line)).as("%s is in one table only", id).isNull();
            var end = row.getString("fixed");
            if (end != null) {
                assertThat(fixed.computeIfAbsent(id, job -> end))
                        .as("the end of %s", id)
                        .isEqualTo(end);
                checkBody(id, sequence, row.getString("place"), row.getLong("finished"), row.getString("bodies"));
            }
        });
        return lines;
    }

    private static void checkBody(JobId id, int sequence, String status, long finished, @Nullable String body) {
        if (body != null) {
            assertThat(body)
                    .isEqualTo("{\"id\":\"evt_" + id.hex() + "_" + sequence + "\",\"object\":\"event\",\"created_at\":"
                            + finished + ",\"type\":\"job." + status + "\",\"data\":{\"id\":\"" + id + "\"}}");
            assertThat(JsonMapper.shared().readTree(body).at("/data/id").asString())
                    .isEqualTo(id.toString());
        }
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
