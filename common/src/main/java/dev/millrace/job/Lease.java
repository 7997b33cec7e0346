package dev.millrace.job;

import java.util.UUID;

/// The right to run a job, and the number that fences it: what is written under an epoch that is no longer the
/// job's changes nothing.
///
/// @param worker the worker that claimed the job
/// @param epoch rises with each claim and each take-back
public record Lease(JobId job, UUID worker, int epoch) {}
