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
                end;
            end if;
        end loop;
    end loop;
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
