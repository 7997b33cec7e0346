package dev.millrace.job;

import java.util.Map;
import java.util.Optional;

/// Which of a project's jobs a list shows, newest first.
///
/// @param metadata pairs that a job must all have
/// @param after the last job of the page before
/// @param limit most jobs on the page, 1 to 100
public record JobFilter(
        Optional<JobKind> kind,
        Optional<JobStatus> status,
        Map<String, String> metadata,
        Optional<JobId> after,
        int limit) {}
