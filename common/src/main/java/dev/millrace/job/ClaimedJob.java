package dev.millrace.job;

import java.time.Instant;
import java.util.UUID;

/// A job under a lease, with all that is needed to run it.
///
/// @param attempts attempts on record so far
/// @param takeBacks how often its holder was lost since its last outcome
public record ClaimedJob(
        Lease lease,
        UUID project,
        JobKind kind,
        String model,
        byte[] request,
        int attempts,
        int takeBacks,
        Instant startedAt) {

    public JobId id() {
        return lease.job();
    }
}
