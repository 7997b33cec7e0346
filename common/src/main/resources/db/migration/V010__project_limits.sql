-- How much a project may ask for in a calendar minute in interactive calls; null is no limit. What has been used of it is
-- in no column: processes draw it in blocks, as they do the limits of providers' accounts.
alter table project
    add column requests_per_minute bigint check (requests_per_minute > 0),
    add column tokens_per_minute   bigint check (tokens_per_minute > 0);
