-- Who may ask. A project is the tenant; its keys are shown once and kept as SHA-256 (256 random bits need no
-- slow hash). The webhook secret is encrypted by the application under MILLRACE_SECRET_KEY.
create table project (
    id                  uuid        primary key,
    name                text        not null check (length(name) between 1 and 200),
    webhook_secret      bytea       not null,
    max_active          integer     check (max_active > 0),
    -- How much it may ask for in a calendar minute in interactive calls; null is no limit. What has been used of it is in
    -- no column: processes draw it in blocks, as they do the limits of providers' accounts.
    requests_per_minute bigint      check (requests_per_minute > 0),
    tokens_per_minute   bigint      check (tokens_per_minute > 0),
    -- How many jobs it may submit in a calendar minute, drawn likewise.
    jobs_per_minute     bigint      check (jobs_per_minute > 0),
    -- Where its stored files have so many bytes, it may submit no render.
    most_stored_bytes   bigint      check (most_stored_bytes > 0),
    created_at          timestamptz not null default now()
);

create table api_key (
    id         uuid        primary key,
    project_id uuid        not null references project (id),
    prefix     text        not null unique,
    hash       bytea       not null check (length(hash) = 32),
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);

-- What must be the same for every process that shares this database, such as the asset store's marker.
create table platform_fact (
    name  text primary key,
    value text not null
);
