-- A job's life is told by which table holds its row. What is asked for (job) and how it ended (job_end) are
-- written once and stay; in between exactly one of three narrow tables has it:
--
--     job_backlog  ->  job_dispatch  ->  job_run  ->  job_end
--      (waiting)        (published,     (claimed,
--                        unclaimed)      parked or held)
--
-- Rows of the narrow tables are inserted and deleted, hardly updated, and none of their indexes covers a column
-- that the hot path updates, so they stay as small as the work in hand, however many jobs have finished.
-- job, job_end, job_event, attempt and job_metadata are partitioned by the time in the UUIDv7 of the job.

create table job (
    id          uuid        not null,
    project_id  uuid        not null,
    -- The API key that asked; what the job costs is summed up by it.
    key_id      uuid,
    kind        text        not null check (kind in ('chat', 'video')),
    model       text        not null,
    -- The OpenAI body as the caller sent it: bytes, because JSONB reorders keys and refuses what JSON allows.
    request     bytea       not null,
    metadata    jsonb,
    webhook_url text,
    priority    smallint    not null default 0,
    -- The parameters that its caller lets go where a deployment does not have them, parted by commas, which no name has.
    may_drop    text,
    created_at  timestamptz not null default now(),
    primary key (id)
) partition by range (id);

-- Lists are served newest first; a list of all kinds merges two scans of this index.
create index job_by_project on job (project_id, kind, id);

-- With the kind, as in the other indexes that lists walk: what they have in common is the order of the ids at the end.
create table job_metadata (
    project_id uuid not null,
    key        text not null,
    value      text not null,
    kind       text not null,
    job_id     uuid not null,
    primary key (project_id, key, value, kind, job_id)
) partition by range (job_id);

create table job_backlog (
    job_id     uuid        primary key,
    project_id uuid        not null,
    lane       text        not null,
    -- run_at less a bonus for priority: the order within a project, in which waiting makes up for rank. Never after
    -- run_at, so that a scan for what is due ends where turns are still to come.
    turn       timestamptz not null,
    run_at     timestamptz not null check (turn <= run_at),
    epoch      integer     not null,
    attempts   integer     not null,
    take_backs smallint    not null,
    sequence   integer     not null,
    started_at timestamptz
);
create index job_backlog_turn on job_backlog (lane, project_id, turn, job_id);

create table job_dispatch (
    job_id        uuid        primary key,
    project_id    uuid        not null,
    lane          text        not null,
    dispatched_at timestamptz not null,
    epoch         integer     not null,
    attempts      integer     not null,
    take_backs    smallint    not null,
    sequence      integer     not null,
    started_at    timestamptz,
    -- A worker had a token for it and no memory for its request. It waits for that, in the order of dispatched_at.
    passed_over   boolean     not null default false
);

create table job_run (
    job_id           uuid        primary key,
    project_id       uuid        not null,
    lane             text        not null,
    -- The worker whose lease it is; null while parked or held, when nobody works on it.
    owner            uuid,
    epoch            integer     not null,
    attempts         integer     not null,
    take_backs       smallint    not null,
    sequence         integer     not null,
    progress         smallint    not null default 0 check (progress between 0 and 100),
    started_at       timestamptz not null,
    claimed_at       timestamptz not null,
    cancel_requested boolean     not null default false,
    hold_reason      text,
    hold_since       timestamptz,
    hold_attempt     integer,
    check ((hold_reason is null) = (hold_since is null)),
    check (hold_reason is null or owner is null)
) with (fillfactor = 70);
create index job_run_cancels on job_run (job_id) where cancel_requested;
create index job_run_holds on job_run (job_id) where hold_reason is not null;

create table job_end (
    job_id        uuid        not null,
    project_id    uuid        not null,
    kind          text        not null,
    status        text        not null check (status in ('succeeded', 'failed', 'cancelled', 'expired')),
    sequence      integer     not null,
    attempts      integer     not null,
    started_at    timestamptz,
    finished_at   timestamptz not null,
    error_code    text,
    error_message text,
    -- The JSON object of the OpenAI usage, and the answer's body as it goes to the caller.
    usage         text,
    result        bytea,
    primary key (job_id),
    check ((status = 'succeeded') = (error_code is null))
) partition by range (job_id);
create index job_end_by_status on job_end (project_id, status, kind, job_id);
-- Rows come in the order of their ends and never change, so a few bytes for 32 pages tell where a minute's are.
create index job_end_finished on job_end using brin (finished_at) with (pages_per_range = 32, autosummarize = on);

-- Sequence 1 is the acceptance, and its event is the job's own row.
create table job_event (
    job_id     uuid        not null,
    sequence   integer     not null check (sequence > 1),
    type       text        not null,
    created_at timestamptz not null,
    detail     jsonb,
    primary key (job_id, sequence)
) partition by range (job_id);

create table attempt (
    job_id              uuid        not null,
    number              integer     not null check (number > 0),
    status              text        not null check (status in
                                    ('started', 'accepted', 'succeeded', 'failed', 'indeterminate', 'abandoned')),
    provider            text,
    model               text,
    -- The provider key that was used, by fingerprint: a render is polled with the key that created it.
    key_ref             text,
    epoch               integer     not null,
    started_at          timestamptz not null,
    accepted_at         timestamptz,
    finished_at         timestamptz,
    outcome             text,
    error_code          text,
    error_message       text,
    http_status         integer,
    provider_request_id text,
    operation_id        text,
    tokens_in           bigint,
    tokens_out          bigint,
    tokens_cached       bigint,
    seconds             numeric,
    cost                numeric,
    -- The parameters that its deployment did not get for that, parted by commas.
    dropped             text,
    -- Of a render that has ended: how often the provider was asked how far it is, and when first and last.
    polls               integer,
    first_polled_at     timestamptz,
    polled_at           timestamptz,
    primary key (job_id, number)
) partition by range (job_id);

-- An idempotency key lives for 24 hours; it commits with its job.
create table idempotency_key (
    project_id  uuid        not null,
    key         text        not null check (length(key) between 1 and 255),
    fingerprint bytea       not null,
    job_id      uuid        not null,
    created_at  timestamptz not null default now(),
    primary key (project_id, key)
);
create index idempotency_key_age on idempotency_key (created_at);

-- Who works. What a worker has stays its own until it is declared lost, however long its heartbeat was away: while the
-- database is away, everybody's is. Only the database's clock decides.
create table worker (
    id           uuid        primary key,
    name         text        not null,
    started_at   timestamptz not null default now(),
    heartbeat_at timestamptz not null default now(),
    -- The heartbeats since then came without a break. Only who has heard the database for a whole lease time may
    -- conclude that another, who has not been heard, is lost.
    steady_since timestamptz not null default now(),
    -- Set in the transaction that first takes something back from it, and never taken away.
    lost_at      timestamptz
);
