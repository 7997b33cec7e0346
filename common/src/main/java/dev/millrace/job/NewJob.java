package dev.millrace.job;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// A validated submission, about to be committed.
///
/// @param request the OpenAI body as UTF-8 JSON, at most as long as the surface allows
/// @param idempotency absent where the caller sent no key
/// @param direct the place for which the job is published at once after its commit, past the backlog
/// @param key the API key that it came with, for the sums
/// @param estimate what it is to reserve, in US dollars; a job of a project with a budget is not accepted without
/// @param mayDrop parameters that may be left out where a deployment does not have them, beside the route's own
public record NewJob(
        JobId id,
        UUID project,
        JobKind kind,
        String model,
        byte[] request,
        Map<String, String> metadata,
        Optional<String> webhookUrl,
        int priority,
        Optional<Idempotency> idempotency,
        Optional<DrawnPlace> direct,
        Optional<UUID> key,
        Optional<BigDecimal> estimate,
        Set<String> mayDrop) {

    /// A submission that no key stands behind.
    public NewJob(
            JobId id,
            UUID project,
            JobKind kind,
            String model,
            byte[] request,
            Map<String, String> metadata,
            Optional<String> webhookUrl,
            int priority,
            Optional<Idempotency> idempotency,
            Optional<DrawnPlace> direct) {
        this(
                id,
                project,
                kind,
                model,
                request,
                metadata,
                webhookUrl,
                priority,
                idempotency,
                direct,
                Optional.empty(),
                Optional.empty(),
                Set.of());
    }

    /// The same submission with what it is to reserve.
    public NewJob estimated(BigDecimal amount) {
        return new NewJob(
                id,
                project,
                kind,
                model,
                request,
                metadata,
                webhookUrl,
                priority,
                idempotency,
                direct,
                key,
                Optional.of(amount),
                mayDrop);
    }

    /// @param key 1 to 255 printable ASCII characters
    /// @param fingerprint SHA-256 of the parsed envelope, so that spacing and key order do not matter
    public record Idempotency(String key, byte[] fingerprint) {}
}
