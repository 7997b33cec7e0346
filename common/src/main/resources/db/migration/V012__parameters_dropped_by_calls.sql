-- The parameters that the deployment of an interactive attempt did not get, since it does not have them; parted by
-- commas, as in attempt.dropped.
alter table call_attempt add column dropped text;
