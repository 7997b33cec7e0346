-- A render that a provider was asked for and that is being looked up, polled or fetched. It belongs to an attempt,
-- not to the job: a render that can't be stopped is followed to its end after its job was cancelled.
create table render (
    job_id          uuid        not null,
    attempt         integer     not null,
    phase           text        not null check (phase in ('lookup', 'poll', 'fetch')),
    due_at          timestamptz not null,
    -- The worker that is at it; null while parked. claim_no fences what that worker writes.
    claimed_by      uuid,
    claim_no        integer     not null default 0,
    epoch           integer     not null,
    provider        text        not null,
    model           text        not null,
    key_ref         text        not null,
    operation_id    text,
    created_at      timestamptz not null default now(),
    -- When the render, the lookup or the provider's file is given up.
    deadline        timestamptz not null,
    errors          integer     not null default 0,
    -- Copied to the attempt when the render ends, so that they outlast this row.
    polls           integer     not null default 0,
    first_polled_at timestamptz,
    polled_at       timestamptz,
    not_found_since timestamptz,
    primary key (job_id, attempt),
    check (phase = 'lookup' or operation_id is not null)
) with (fillfactor = 70);
create index render_due on render (due_at) where claimed_by is null;

-- Which attempt holds which of a provider's operations: an operation is adopted by one attempt only.
create table operation (
    provider     text    not null,
    operation_id text    not null,
    job_id       uuid    not null,
    attempt      integer not null,
    primary key (provider, operation_id)
);

create table asset (
    job_id       uuid        not null,
    attempt      integer     not null,
    project_id   uuid        not null,
    path         text        not null,
    content_type text        not null,
    bytes        bigint      not null check (bytes > 0),
    sha256       bytea       not null check (length(sha256) = 32),
    created_at   timestamptz not null default now(),
    primary key (job_id, attempt)
);

-- The sweep asks which files of the store a row names.
create index asset_path on asset (path);

-- How much a project keeps is counted from this alone.
create index asset_bytes on asset (project_id) include (bytes);
