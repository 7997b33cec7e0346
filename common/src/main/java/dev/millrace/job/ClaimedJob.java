package dev.millrace.job;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/// A job under a lease, with all that is needed to run it.
///
/// @param attempts attempts on record so far
/// @param takeBacks how often its holder was lost since its last outcome
/// @param mayDrop parameters that its caller lets go where a deployment does not have them
/// @param failures what its attempts have failed of, those that a provider was asked for
public record ClaimedJob(
        Lease lease,
        UUID project,
        JobKind kind,
        String model,
        byte[] request,
        int attempts,
        int takeBacks,
        Instant startedAt,
        Set<String> mayDrop,
        Set<PastFailure> failures) {

    public ClaimedJob {
        mayDrop = Set.copyOf(mayDrop);
        failures = Set.copyOf(failures);
    }

    public JobId id() {
        return lease.job();
    }
}
