package dev.millrace.dispatch;

import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;

/// A job whose dispatch is committed, and whose token is to be published.
public record Dispatched(JobId job, JobKind kind) {}
