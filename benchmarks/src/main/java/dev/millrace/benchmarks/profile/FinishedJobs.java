package dev.millrace.benchmarks.profile;

import dev.millrace.benchmarks.stage.Progress;
import dev.millrace.benchmarks.stage.Sql;
import dev.millrace.quickstart.platform.Platform;

/// Writes finished jobs straight into the tables, as the platform would have left them over four weeks: nine of ten are
/// chats, one a video; most succeeded; each has an event of its start and one of its end, an attempt, a delivery that
/// was heard at once, and two pairs of metadata, one of which half of all jobs share. The second project has neither
/// videos nor expired jobs, so that there are filters that match nothing in half a million jobs.
final class FinishedJobs {

    private static final int CHUNK = 250_000;
    private static final int WEEKS = 4;

    private static final String PARTITIONS = """
            do $$
            declare
                parent text;
                week   timestamptz;
            begin
                foreach parent in array array['job', 'job_metadata', 'job_end', 'job_event', 'attempt', 'delivery',
                                              'delivery_attempt'] loop
                    for i in 1..%d loop
                        week := date_trunc('week', now() at time zone 'UTC') at time zone 'UTC' - i * interval '7 days';
                        if to_regclass(parent || to_char(week at time zone 'UTC', '"_w"YYYYMMDD')) is null then
                            execute format('create table %%I partition of %%I for values from (%%L) to (%%L)',
                                parent || to_char(week at time zone 'UTC', '"_w"YYYYMMDD'), parent,
                                first_uuid_of(week), first_uuid_of(week + interval '7 days'));
                        end if;
                    end loop;
                end loop;
            end $$
            """.formatted(WEEKS);

    // n runs over all jobs from the oldest to the newest; every other column follows from it.
    private static final String CHUNK_OF_JOBS = """
            create temporary table past on commit drop as
            with numbered as (
                select n, projects.id as project_id, projects.place,
                       now() - interval '%1$d days' * (1 - n / %2$d.0) - interval '1 hour' as at
                from generate_series(%3$d, %4$d) n
                     join (select id, row_number() over (order by id) - 1 as place, count(*) over () as size
                           from project where name like 'bench-%%') projects on projects.place = n %% projects.size
            )
            select n, project_id, at,
                   uuidv7(at - clock_timestamp()) as id, uuidv7(at - clock_timestamp()) as delivery_id,
                   case when place <> 1 and n / 20 %% 10 = 0 then 'video' else 'chat' end as kind,
                   case when place = 1 or n / 20 %% 1000 >= 40 then 'succeeded'
                        when n / 20 %% 1000 >= 10 then 'failed'
                        when n / 20 %% 1000 >= 3 then 'cancelled' else 'expired' end as status,
                   'b' || n / 10000 as batch,
                   case when n / 20 %% 2 = 0 then 'gold' else 'plain' end as tier
            from numbered
            """;

    private static final String[] TABLES = {
        """
        insert into job (id, project_id, kind, model, request, metadata, webhook_url, priority, created_at)
        select id, project_id, kind, 'sim-' || kind,
               convert_to('{"model":"sim-chat","messages":[{"role":"user","content":"past ' || n || '"}]}', 'UTF8'),
               jsonb_build_object('batch', batch, 'tier', tier), 'http://127.0.0.1:1/hooks/0', 0, at
        from past order by id
        """,
        "insert into job_metadata (project_id, key, value, kind, job_id) select project_id, 'batch', batch, kind, id from past",
        "insert into job_metadata (project_id, key, value, kind, job_id) select project_id, 'tier', tier, kind, id from past",
        """
        insert into job_end (job_id, project_id, kind, status, sequence, attempts, started_at, finished_at, error_code,
                             error_message, usage, result)
        select id, project_id, kind, status, 3, 1, at + interval '5 ms', at + interval '10 ms',
               case when status <> 'succeeded' then 'of_the_past' end,
               case when status <> 'succeeded' then 'This job ended long ago.' end,
               case when status = 'succeeded' then '{"prompt_tokens":9,"completion_tokens":9,"total_tokens":18}' end,
               case when status = 'succeeded' and kind = 'chat' then convert_to(
                   '{"id":"chatcmpl-' || n || '","object":"chat.completion","choices":[{"index":0,"message":'
                   || '{"role":"assistant","content":"past ' || n || '"},"finish_reason":"stop"}]}', 'UTF8') end
        from past order by id
        """,
        """
        insert into job_event (job_id, sequence, type, created_at, detail)
        select id, 2, 'job.running', at + interval '5 ms', jsonb_build_object('dispatched_at', extract(epoch from at))
        from past union all
        select id, 3, 'job.' || status, at + interval '10 ms', null from past
        order by 1, 2
        """,
        """
        insert into attempt (job_id, number, status, provider, model, key_ref, epoch, started_at, finished_at, outcome,
                             error_code, http_status, provider_request_id, tokens_in, tokens_out)
        select id, 1, case when status = 'succeeded' then 'succeeded' else 'failed' end, 'simulator', 'sim-' || kind,
               'key', 1, at + interval '5 ms', at + interval '9 ms', status,
               case when status <> 'succeeded' then 'of_the_past' end, 200, 'req_' || n, 9, 9
        from past order by id
        """,
        """
        insert into delivery (id, job_id, sequence, project_id, url, body, created_at)
        select delivery_id, id, 3, project_id, 'http://127.0.0.1:1/hooks/0',
               event_body(id, 3, 'job.' || status, at + interval '10 ms'), at + interval '10 ms'
        from past order by delivery_id
        """,
        """
        insert into delivery_attempt (delivery_id, number, started_at, millis, outcome, http_status)
        select delivery_id, 1, at + interval '10 ms', 2, 'succeeded', 204 from past order by delivery_id
        """
    };

    private static final String SIZE = "select pg_database_size(current_database())";

    private FinishedJobs() {}

    static void insert(Platform platform, int count, Progress progress) {
        var sql = new Sql(platform);
        sql.run(PARTITIONS);
        int told = 0;
        for (int from = 0; from < count; from += CHUNK) {
            int to = Math.min(count, from + CHUNK) - 1;
            var statements = new java.util.ArrayList<String>();
            // Lost with a crash, like all of this stage.
            statements.add("set synchronous_commit = off");
            statements.add("set timezone = 'UTC'");
            statements.add("begin");
            statements.add(CHUNK_OF_JOBS.formatted(WEEKS * 7, count, from, to));
            statements.addAll(java.util.List.of(TABLES));
            statements.add("commit");
            sql.run(statements.toArray(String[]::new));
            if (to + 1 - told >= 1_000_000) {
                told = to + 1;
                progress.say("%,d finished jobs, %,d MiB", told, sql.number(SIZE) >> 20);
            }
        }
        progress.say("vacuuming");
        sql.run("vacuum (analyze)", "checkpoint");
        progress.say("%,d finished jobs, %,d MiB", count, sql.number(SIZE) >> 20);
    }
}
