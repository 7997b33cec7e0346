-- What is to be told to whom: the bytes are written once, with the change they announce, and sent as they are
-- each time. delivery_due is the queue of it; delivery_attempt is the record of each try.
create table delivery (
    id         uuid        not null,
    job_id     uuid        not null,
    sequence   integer     not null,
    project_id uuid        not null,
    url        text        not null,
    body       bytea       not null,
    created_at timestamptz not null,
    primary key (id)
) partition by range (id);

-- A job's deliveries are listed with it.
create index delivery_by_job on delivery (job_id);

create function endpoint_hash(project uuid, url text) returns bigint
    language sql immutable parallel safe
    return hashtextextended(project::text || url, 0);

create table delivery_due (
    delivery_id uuid        primary key,
    -- Whose it is, and a hash of that and the URL: a worker whose slots for it are taken leaves the others of it alone.
    project_id  uuid        not null,
    endpoint    bigint      not null,
    state       text        not null default 'pending' check (state in ('pending', 'exhausted')),
    due_at      timestamptz not null,
    claimed_by  uuid,
    attempts    integer     not null default 0,
    -- How often somebody asked for it to be sent again; and how many attempts had been made when the schedule last began
    -- anew by that.
    resends        integer  not null default 0,
    schedule_start integer  not null default 0
) with (fillfactor = 70);
create index delivery_due_next on delivery_due (due_at) where claimed_by is null and state = 'pending';
-- What was tried and has not arrived, to be listed by project and for all. What arrives at once is in neither.
create index delivery_due_tried_of on delivery_due (project_id, state, delivery_id) where attempts > 0;
create index delivery_due_tried on delivery_due (state, delivery_id) where attempts > 0;

create table delivery_attempt (
    delivery_id uuid        not null,
    number      integer     not null,
    started_at  timestamptz not null,
    millis      integer     not null,
    outcome     text        not null,
    http_status integer,
    response    bytea,
    primary key (delivery_id, number)
) partition by range (delivery_id);

-- The body of a job's webhook, the same bytes wherever a job ends. Stable and not immutable, as convert_to is: else the
-- planner would not put it into the statements, and it would be called for each row.
create function event_body(job uuid, sequence integer, type text, at timestamptz) returns bytea
language sql stable as $$
    select convert_to(
        '{"id":"evt_' || replace(job::text, '-', '') || '_' || sequence
        || '","object":"event","created_at":' || floor(extract(epoch from at))::bigint
        || ',"type":"' || type || '","data":{"id":"job_' || replace(job::text, '-', '') || '"}}', 'UTF8')
$$;
