package dev.millrace.job;

import dev.millrace.database.Database;
import dev.millrace.database.NamesColumn;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What has happened to a job: its attempts, and the moments of its life in order.
public final class JobHistory {

    private static final String ATTEMPTS = """
            select a.* from attempt a join job j on j.id = a.job_id
            where a.job_id = :id and j.project_id = :project
            order by a.number
            """;

    private static final String MOMENTS = """
            with own as (select id, created_at from job where id = :id and project_id = :project)
            select created_at as at, 'accepted' as what, null::text as detail, 1 as place from own
            union all
            select to_timestamp((e.detail ->> 'dispatched_at')::float8), 'dispatched', null, 2
            from own join job_event e on e.job_id = own.id where e.detail ->> 'dispatched_at' is not null
            union all
            select e.created_at, case e.type when 'job.rendering' then 'parked' else substring(e.type from 5) end,
                   e.detail ->> 'reason',
                   case e.type when 'job.running' then 3 when 'job.rendering' then 6 else 10 end
            from own join job_event e on e.job_id = own.id
            union all
            select a.started_at, 'attempt', concat_ws(' ', a.number, a.provider, a.model), 4
            from own join attempt a on a.job_id = own.id
            union all
            select a.accepted_at, 'accepted by provider', a.operation_id, 5
            from own join attempt a on a.job_id = own.id where a.accepted_at is not null
            union all
            select a.finished_at, 'attempt ' || a.status, concat_ws(' ', a.number, a.outcome, a.error_code), 9
            from own join attempt a on a.job_id = own.id where a.finished_at is not null
            union all
            -- The first and the last poll are kept: with the render while it is followed, then with its attempt.
            select p.at, 'polled', p.detail, 7
            from own
                 join attempt a on a.job_id = own.id
                 left join render r on r.job_id = a.job_id and r.attempt = a.number
                 cross join lateral (values
                     (coalesce(r.first_polled_at, a.first_polled_at), 'first'),
                     (case when coalesce(r.polls, a.polls) > 1 then coalesce(r.polled_at, a.polled_at) end,
                      'last of ' || coalesce(r.polls, a.polls))) as p (at, detail)
            where p.at is not null
            union all
            select s.created_at, 'stored', s.bytes || ' bytes, sha256 ' || encode(s.sha256, 'hex'), 8
            from own join asset s on s.job_id = own.id
            union all
            select t.started_at + t.millis * interval '1 ms', 'delivery ' || t.outcome, t.http_status::text, 11
            from own join delivery d on d.job_id = own.id join delivery_attempt t on t.delivery_id = d.id
            -- What one commit did at one moment, in the order in which it is understood.
            order by at, place
            """;

    /// @param what the word of the moment, such as `accepted`, `dispatched`, `running`, `parked`, `polled`, `stored`
    public record Moment(Instant at, String what, Optional<String> detail) {}

    private final Database database;

    public JobHistory(Database database) {
        this.database = database;
    }

    public List<Attempt> attempts(UUID project, JobId job) {
        return database.client()
                .sql(ATTEMPTS)
                .param("id", job.value())
                .param("project", project)
                .query((row, number) -> new Attempt(
                        row.getInt("number"),
                        row.getString("status"),
                        Optional.ofNullable(row.getString("provider")),
                        Optional.ofNullable(row.getString("model")),
                        row.getTimestamp("started_at").toInstant(),
                        instant(row.getTimestamp("accepted_at")),
                        instant(row.getTimestamp("finished_at")),
                        Optional.ofNullable(row.getString("outcome")),
                        Optional.ofNullable(row.getString("error_code")),
                        Optional.ofNullable(row.getString("error_message")),
                        Optional.ofNullable(row.getObject("http_status", Integer.class)),
                        Optional.ofNullable(row.getString("provider_request_id")),
                        Optional.ofNullable(row.getString("operation_id")),
                        Optional.ofNullable(row.getObject("tokens_in", Long.class)),
                        Optional.ofNullable(row.getObject("tokens_out", Long.class)),
                        Optional.ofNullable(row.getObject("tokens_cached", Long.class)),
                        Optional.ofNullable(row.getBigDecimal("seconds")),
                        Optional.ofNullable(row.getBigDecimal("cost")),
                        NamesColumn.read(row.getString("dropped"))))
                .list();
    }

    public List<Moment> moments(UUID project, JobId job) {
        return database.client()
                .sql(MOMENTS)
                .param("id", job.value())
                .param("project", project)
                .query((row, number) -> new Moment(
                        row.getTimestamp("at").toInstant(),
                        row.getString("what"),
                        Optional.ofNullable(row.getString("detail"))))
                .list();
    }

    private static Optional<Instant> instant(@Nullable Timestamp at) {
        return Optional.ofNullable(at).map(Timestamp::toInstant);
    }
}
