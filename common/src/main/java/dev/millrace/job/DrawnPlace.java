package dev.millrace.job;

import java.time.Instant;
import java.util.UUID;

/// A place in a job's lane that the accepting service has drawn ahead for it.
///
/// @param holder under which name it was drawn
/// @param until by the database's clock; a job that comes later goes to the backlog instead
public record DrawnPlace(UUID holder, Instant until) {}
