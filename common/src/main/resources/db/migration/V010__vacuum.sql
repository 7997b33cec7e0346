-- These tables are as small as the work in hand and turn over many times a minute: vacuum them early and at full speed.
do $$
declare
    narrow text;
begin
    foreach narrow in array array['job_backlog', 'job_dispatch', 'job_run', 'render', 'delivery_due', 'worker', 'share',
                                  'usage_entry', 'reservation', 'call_block'] loop
        execute format('alter table %I set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,'
                       ' autovacuum_vacuum_cost_delay = 0)', narrow);
    end loop;
end $$;
