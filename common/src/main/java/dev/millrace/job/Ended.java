package dev.millrace.job;

import java.util.Optional;
import java.util.UUID;

/// What an [Ending] came to: the status that was written, which is `cancelled` where a cancel came first, and the
/// delivery that was written with it.
public record Ended(JobId job, JobStatus status, int sequence, Optional<ToDeliver> delivery) {

    Ended told(Optional<ToDeliver> by) {
        return new Ended(job, status, sequence, by);
    }

    /// @param body the bytes that are signed and sent, each time the same
    public record ToDeliver(UUID id, UUID project, String url, byte[] body) {}
}
