package dev.millrace.event;

import dev.millrace.job.JobId;

/// A job has reached this sequence.
public record JobSignal(JobId job, int sequence) {}
