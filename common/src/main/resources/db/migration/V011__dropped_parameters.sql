-- The parameters that a job's caller lets go where a deployment does not have them, and those that an attempt's deployment
-- did not get for that; parted by commas, which no name has.
alter table job add column may_drop text;
alter table attempt add column dropped text;
