-- Attempts of interactive calls, written within a second after they ended. Partitioned by week like the attempts of
-- jobs, by when they began.
create table call_attempt (
    call_id             text        not null,
    number              integer     not null check (number > 0),
    project_id          uuid        not null,
    key_id              uuid        not null,
    -- The public name that the caller used.
    public_model        text        not null,
    provider            text        not null,
    model               text        not null,
    outcome             text        not null,
    tokens_in           bigint,
    tokens_out          bigint,
    tokens_cached       bigint,
    -- The provider did not say, and the tokens were guessed.
    estimated           boolean     not null,
    cost                numeric,
    started_at          timestamptz not null,
    ended_at            timestamptz not null,
    provider_request_id text,
    -- With the time, as in each key of a partitioned table. It makes a write that is repeated after a lost answer do
    -- nothing.
    primary key (started_at, call_id, number)
) partition by range (started_at);

create table call_attempt_default partition of call_attempt default;

-- As in V005, with the one table whose partitions have times for bounds.
create or replace function make_partitions(weeks_ahead integer) returns void
language plpgsql as $$
declare
    parent text;
    week   timestamptz;
    part   text;
    lower  text;
    upper  text;
begin
    -- One maker at a time; the others find the work done.
    perform pg_advisory_xact_lock(hashtext('millrace.make_partitions'));
    -- There is time: sooner than those who wait behind this would look for a deadlock, it leaves the rest for later.
    perform set_config('lock_timeout', '500ms', true);
    foreach parent in array array['job', 'job_metadata', 'job_end', 'job_event', 'attempt', 'delivery',
                                  'delivery_attempt', 'call_attempt'] loop
        for i in 0..weeks_ahead loop
            week := date_trunc('week', now() at time zone 'UTC') at time zone 'UTC' + i * interval '7 days';
            part := parent || to_char(week at time zone 'UTC', '"_w"YYYYMMDD');
            if parent = 'call_attempt' then
                lower := week::text;
                upper := (week + interval '7 days')::text;
            else
                lower := first_uuid_of(week)::text;
                upper := first_uuid_of(week + interval '7 days')::text;
            end if;
            if to_regclass(part) is null then
                begin
                    execute format('create table %I partition of %I for values from (%L) to (%L)',
                        part, parent, lower, upper);
                exception when check_violation then
                    -- The default partition has rows of this week already, and keeps the week. The next one can be
                    -- made all the same.
                    null;
                when lock_not_available then
                    return;
                end;
            end if;
        end loop;
    end loop;
end $$;

-- As in V005, with the attempts of calls; and a job that has reserved something is unsettled, and keeps its week.
create or replace function drop_week(week date) returns boolean
language plpgsql as $$
declare
    first  constant uuid := first_uuid_of(week::timestamp at time zone 'UTC');
    beyond constant uuid := first_uuid_of((week + 7)::timestamp at time zone 'UTC');
    parent text;
begin
    perform pg_advisory_xact_lock(hashtext('millrace.make_partitions'));
    if exists (select from job_backlog where job_id >= first and job_id < beyond)
        or exists (select from job_dispatch where job_id >= first and job_id < beyond)
        or exists (select from job_run where job_id >= first and job_id < beyond)
        or exists (select from render where job_id >= first and job_id < beyond)
        or exists (select from reservation where job_id >= first and job_id < beyond)
        or exists (select from delivery_due
                   where delivery_id >= first and delivery_id < beyond and state = 'pending')
        or exists (select from delivery_due u join delivery d on d.id = u.delivery_id
                   where u.state = 'pending' and d.job_id >= first and d.job_id < beyond)
    then
        return false;
    end if;
    -- A drop locks the parents. It gives up sooner than those who then wait behind it look for a deadlock.
    perform set_config('lock_timeout', '500ms', true);
    delete from asset where job_id >= first and job_id < beyond;
    delete from operation where job_id >= first and job_id < beyond;
    delete from delivery_due where delivery_id >= first and delivery_id < beyond;
    foreach parent in array array['job', 'job_metadata', 'job_end', 'job_event', 'attempt', 'delivery',
                                  'delivery_attempt', 'call_attempt'] loop
        execute format('drop table if exists %I', parent || to_char(week, '"_w"YYYYMMDD'));
    end loop;
    return true;
exception when lock_not_available then
    return false;
end $$;

select make_partitions(1);
