-- Partitions by week, made ahead by the workers' housekeeping. The default partition takes what no week covers,
-- so a housekeeping that stands still loses nothing.
create function first_uuid_of(at timestamptz) returns uuid
language sql immutable as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '0000' || '0000000000000000')::uuid
$$;

-- Every partitioned table of this schema goes by the week: by the time in a UUIDv7, or by a time itself.
create view weekly_table as
select c.relname::text as name, a.atttypid = 'uuid'::regtype as by_uuid, c.oid as made
from pg_partitioned_table p
     join pg_class c on c.oid = p.partrelid
     join pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0]
where pg_table_is_visible(c.oid);

create function week_partition(parent text, week timestamptz) returns text
language sql stable as $$
    select parent || to_char(week at time zone 'UTC', '"_w"YYYYMMDD')
$$;

-- Rows of these tables come and stay, and are looked for by their indexes. Statistics are kept of what an index covers, and
-- anew when a table has grown by half: to sort samples of each request, result and body whenever it has grown by a tenth
-- takes a processor for a fifth of a second each time, and accepting waits.
create function sample_what_is_indexed(partition text) returns void
language plpgsql as $$
declare
    uncovered name;
begin
    execute format('alter table %I set (autovacuum_analyze_scale_factor = 0.5, autovacuum_analyze_threshold = 1000)',
        partition);
    for uncovered in
        select a.attname from pg_attribute a
        where a.attrelid = to_regclass(quote_ident(partition)) and a.attnum > 0 and not a.attisdropped
          and not exists (select from pg_index i where i.indrelid = a.attrelid and a.attnum = any (i.indkey))
    loop
        execute format('alter table %I alter %I set statistics 0', partition, uncovered);
    end loop;
end $$;

create function make_partitions(weeks_ahead integer) returns void
language plpgsql as $$
declare
    this_week constant timestamptz := date_trunc('week', now() at time zone 'UTC') at time zone 'UTC';
    parent    record;
    week      timestamptz;
    next_week timestamptz;
begin
    -- One maker at a time; the others find the work done.
    perform pg_advisory_xact_lock(hashtext('millrace.make_partitions'));
    -- There is time: sooner than those who wait behind this would look for a deadlock, it leaves the rest for later.
    perform set_config('lock_timeout', '500ms', true);
    for parent in select name, by_uuid from weekly_table order by made loop
        for i in 0..weeks_ahead loop
            week := this_week + i * interval '7 days';
            next_week := week + interval '7 days';
            if to_regclass(week_partition(parent.name, week)) is null then
                begin
                    execute format('create table %I partition of %I for values from (%L) to (%L)',
                        week_partition(parent.name, week), parent.name,
                        case when parent.by_uuid then first_uuid_of(week)::text else week::text end,
                        case when parent.by_uuid then first_uuid_of(next_week)::text else next_week::text end);
                    perform sample_what_is_indexed(week_partition(parent.name, week));
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

-- Drops a week, unless something in it is unfinished, held, unsettled, undelivered or still followed at a provider. Files
-- of its jobs lose their names here, and are deleted by the sweep of the store afterwards. Deliveries are of the week in
-- which their job ended, which is never before the job's own.
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
    for parent in select name from weekly_table order by made loop
        execute format('drop table if exists %I', week_partition(parent, week::timestamp at time zone 'UTC'));
    end loop;
    return true;
exception when lock_not_available then
    return false;
end $$;

do $$
declare
    parent text;
begin
    for parent in select name from weekly_table order by made loop
        execute format('create table %I partition of %I default', parent || '_default', parent);
        perform sample_what_is_indexed(parent || '_default');
    end loop;
end $$;

select make_partitions(1);
