-- What has been handed out of a limit per minute, in blocks, to the processes that use it. A row is of use for its minute
-- only and is deleted soon after.
create table share (
    name   text        not null,
    minute timestamptz not null,
    drawn  bigint      not null check (drawn >= 0),
    primary key (name, minute)
) with (fillfactor = 70);
