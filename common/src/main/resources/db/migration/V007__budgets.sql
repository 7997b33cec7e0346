-- What a project may spend. Nothing here counts what it has spent: that is the sum of its usage of the month, of what
-- its unfinished jobs have reserved, and of what is drawn ahead for interactive calls. A settlement only deletes its
-- job's reservation and adds to the usage, in one commit, and so waits for nobody. Whoever takes something locks the
-- budget first, so that no two take the same.
create table budget (
    project_id uuid           primary key references project (id),
    -- US dollars in a calendar month, in UTC.
    monthly    numeric(20,10) not null check (monthly >= 0),
    changed_at timestamptz    not null default now()
);

-- Of jobs of projects with a budget: what they are estimated to cost, from their acceptance until they have ended and
-- no render of theirs is followed any more.
create table reservation (
    job_id     uuid           primary key,
    project_id uuid           not null,
    amount     numeric(20,10) not null check (amount >= 0)
);
create index reservation_by_project on reservation (project_id) include (amount);

-- What an instance has drawn ahead for interactive calls and not accounted for yet. Of a project with a budget it counts
-- as spent.
create table call_block (
    id         uuid           primary key,
    project_id uuid           not null,
    instance   uuid           not null,
    amount     numeric(20,10) not null check (amount >= 0),
    -- One that is not renewed any more is its killed instance's, and stands in the books as unaccounted.
    renewed_at timestamptz    not null default now()
);
create index call_block_by_project on call_block (project_id);
