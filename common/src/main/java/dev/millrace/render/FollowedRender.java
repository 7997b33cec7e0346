package dev.millrace.render;

import dev.millrace.job.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// A render that this worker has taken up because it was due.
///
/// @param claimNo fences what the worker writes about it
/// @param epoch the job's epoch when the render was parked; fences what is written to the job
/// @param request the job's OpenAI body
/// @param intentAt when the create was about to be sent
/// @param createdAt since when it is followed
/// @param deadline when the render, the lookup or the fetch is given up
/// @param takeBacks how often the job's worker was lost since the job's last outcome
/// @param jobEnded whether nobody wants it any more: its job has ended without it
/// @param errors polls or fetches in a row that came to nothing
/// @param polls polls that have had an answer, or none in time
public record FollowedRender(
        JobId job,
        int attempt,
        int claimNo,
        Phase phase,
        int epoch,
        UUID project,
        String publicModel,
        byte[] request,
        String provider,
        String model,
        String keyRef,
        Optional<String> operationId,
        Instant intentAt,
        Instant createdAt,
        Instant deadline,
        Instant now,
        int errors,
        int polls,
        Optional<Instant> notFoundSince,
        int takeBacks,
        boolean jobEnded) {

    /// The same after one more poll, of which nothing is written yet.
    public FollowedRender polled() {
        return new FollowedRender(
                job,
                attempt,
                claimNo,
                phase,
                epoch,
                project,
                publicModel,
                request,
                provider,
                model,
                keyRef,
                operationId,
                intentAt,
                createdAt,
                deadline,
                now,
                errors,
                polls + 1,
                notFoundSince,
                takeBacks,
                jobEnded);
    }

    /// The same with its file to be fetched, when that is written.
    public FollowedRender fetching(Duration fileLife) {
        return new FollowedRender(
                job,
                attempt,
                claimNo,
                Phase.FETCH,
                epoch,
                project,
                publicModel,
                request,
                provider,
                model,
                keyRef,
                operationId,
                intentAt,
                createdAt,
                now.plus(fileLife),
                now,
                0,
                polls,
                notFoundSince,
                takeBacks,
                jobEnded);
    }

    /// What is to be done when it is due: ask whether it was made, ask how far it is, or fetch its file.
    public enum Phase {
        LOOKUP,
        POLL,
        FETCH;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        static Phase of(String word) {
            return valueOf(word.toUpperCase(java.util.Locale.ROOT));
        }
    }
}
