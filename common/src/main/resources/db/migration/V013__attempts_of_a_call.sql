-- The attempts of a call are asked for by its name. Names begin with their time, so that this index grows at its end.
create index call_attempt_call on call_attempt (call_id);
