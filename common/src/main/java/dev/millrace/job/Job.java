package dev.millrace.job;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// A job as it stands now, for whoever asks about it.
///
/// @param runAt when a queued job may run; absent once it has been claimed
/// @param progress per cent of the work done, 0 to 100
/// @param usage the JSON object of the OpenAI usage
public record Job(
        JobId id,
        UUID project,
        JobKind kind,
        JobStatus status,
        String model,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        Optional<Instant> runAt,
        int sequence,
        int attempts,
        int progress,
        Optional<JobError> error,
        Optional<String> usage,
        Map<String, String> metadata,
        Optional<Hold> hold) {

    public record JobError(String code, String message) {}

    /// Why and since when a job waits for an operator, and on which attempt's account.
    public record Hold(String reason, Instant since, int attempt) {}
}
