package dev.millrace.job;

import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What an [Ending] came to: the status that was written, which is `cancelled` where a cancel came first, and the
/// delivery that was written with it.
public record Ended(JobId job, JobStatus status, int sequence, Optional<ToDeliver> delivery) {

    /// @param body the bytes that are signed and sent, each time the same
    public record ToDeliver(UUID id, UUID project, String url, byte[] body) {

        static Optional<ToDeliver> of(@Nullable UUID id, UUID project, @Nullable String url, byte @Nullable [] body) {
            return id == null || url == null || body == null
                    ? Optional.empty()
                    : Optional.of(new ToDeliver(id, project, url, body));
        }
    }
}
