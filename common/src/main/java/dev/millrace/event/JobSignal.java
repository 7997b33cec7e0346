package dev.millrace.event;

import dev.millrace.job.JobId;

/// A job's sequence has grown.
///
/// @param ended whether that was its end, after which nothing follows
public record JobSignal(JobId job, boolean ended) {}
