-- Partitions by week, made ahead by the workers' housekeeping. The default partition takes what no week covers,
-- so a housekeeping that stands still loses nothing.
create function first_uuid_of(at timestamptz) returns uuid
language sql immutable as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '0000' || '0000000000000000')::uuid
$$;

create function make_partitions(weeks_ahead integer) returns void
language plpgsql as $$
declare
    parent text;
    week   timestamptz;
    part   text;
begin
    -- One maker at a time; the others find the work done.
    perform pg_advisory_xact_lock(hashtext('millrace.make_partitions'));
    -- There is time: sooner than those who wait behind this would look for a deadlock, it leaves the rest for later.
    perform set_config('lock_timeout', '500ms', true);
    foreach parent in array array['job', 'job_metadata', 'job_end', 'job_event', 'attempt', 'delivery',
                                  'delivery_attempt'] loop
        for i in 0..weeks_ahead loop
            week := date_trunc('week', now() at time zone 'UTC') at time zone 'UTC' + i * interval '7 days';
            part := parent || to_char(week at time zone 'UTC', '"_w"YYYYMMDD');
            if to_regclass(part) is null then
                begin
                    execute format('create table %I partition of %I for values from (%L) to (%L)',
                        part, parent, first_uuid_of(week), first_uuid_of(week + interval '7 days'));
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

-- Drops a week, unless something in it is unfinished, held, undelivered or still followed at a provider. Files of its
-- jobs lose their names here, and are deleted by the sweep of the store afterwards. Deliveries are of the week in which
-- their job ended, which is never before the job's own.
create function drop_week(week date) returns boolean
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
                                  'delivery_attempt'] loop
        execute format('drop table if exists %I', parent || to_char(week, '"_w"YYYYMMDD'));
    end loop;
    return true;
exception when lock_not_available then
    return false;
end $$;

create table job_default              partition of job default;
create table job_metadata_default     partition of job_metadata default;
create table job_end_default          partition of job_end default;
create table job_event_default        partition of job_event default;
create table attempt_default          partition of attempt default;
create table delivery_default         partition of delivery default;
create table delivery_attempt_default partition of delivery_attempt default;

select make_partitions(1);

-- The narrow tables turn over many times a minute: vacuum them early and at full speed.
alter table job_backlog  set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
alter table job_dispatch set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
alter table job_run      set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
alter table delivery_due set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
alter table render       set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
alter table worker       set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
