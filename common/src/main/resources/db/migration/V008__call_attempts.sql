-- Attempts of interactive calls, written within a second after they ended. Partitioned by week like the attempts of
-- jobs, by when they began.
create table call_attempt (
    call_id             text        not null,
    number              integer     not null check (number > 0),
    project_id          uuid        not null,
    key_id              uuid        not null,
    -- The public name that the caller used.
    public_model        text        not null,
    provider            text        not null,
    model               text        not null,
    outcome             text        not null,
    tokens_in           bigint,
    tokens_out          bigint,
    tokens_cached       bigint,
    -- The provider did not say, and the tokens were guessed.
    estimated           boolean     not null,
    cost                numeric,
    started_at          timestamptz not null,
    ended_at            timestamptz not null,
    provider_request_id text,
    -- The parameters that the deployment did not get, since it does not have them; parted by commas, which no name has.
    dropped             text,
    -- With the time, as in each key of a partitioned table. It makes a write that is repeated after a lost answer do
    -- nothing.
    primary key (started_at, call_id, number)
) partition by range (started_at);

-- The attempts of a call are asked for by its name. Names begin with their time, so that this index grows at its end.
create index call_attempt_call on call_attempt (call_id);
