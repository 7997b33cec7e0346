-- What accepting services have drawn ahead of the lanes' room, for jobs that they dispatch with their acceptance. It
-- counts as taken from the commit in which it was drawn, so that all together never dispatch more than there is room
-- for.
create table lane_draw (
    -- A service's name in one lane. It takes another when it does not know what became of a commit.
    holder uuid        primary key,
    lane   text        not null,
    -- Places: those free, and those whose jobs are on their way. What was committed since may still be among them.
    drawn  integer     not null check (drawn >= 0),
    -- Nothing that comes later is dispatched from it. The row goes once no commit of its holder is under way either.
    until  timestamptz not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);
