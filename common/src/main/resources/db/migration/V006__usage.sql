-- What was used and what it cost. Each statement that ends attempts adds one row to usage_entry for each project,
-- model, key and day among them: rows are only inserted, so no two settlements wait for each other's sums. A worker
-- moves them into usage_day, in one statement that deletes the one and adds to the other. A reader adds both up, and
-- so sees each attempt once, rolled up or not.
create table usage_entry (
    project_id    uuid           not null,
    -- In UTC: the day on which the attempt ended.
    day           date           not null,
    -- The public name; null for what stands in the books without an attempt.
    model         text,
    key_id        uuid,
    attempts      bigint         not null default 0,
    -- Attempts whose cost nobody knows, or for which there is no price.
    unknown       bigint         not null default 0,
    tokens_in     bigint         not null default 0,
    tokens_out    bigint         not null default 0,
    tokens_cached bigint         not null default 0,
    seconds       numeric        not null default 0,
    cost          numeric(20,10) not null default 0,
    -- Drawn ahead by an instance that was killed before it accounted for it.
    unaccounted   numeric(20,10) not null default 0
);

-- What is not rolled up yet, of one project: a budget and GET /v1/usage ask for it.
create index usage_entry_by_project on usage_entry (project_id, day);

create table usage_day (
    project_id    uuid           not null,
    day           date           not null,
    model         text,
    key_id        uuid,
    attempts      bigint         not null,
    unknown       bigint         not null,
    tokens_in     bigint         not null,
    tokens_out    bigint         not null,
    tokens_cached bigint         not null,
    seconds       numeric        not null,
    cost          numeric(20,10) not null,
    unaccounted   numeric(20,10) not null,
    unique nulls not distinct (project_id, day, model, key_id)
) with (fillfactor = 70);
