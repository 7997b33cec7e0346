package dev.millrace.job;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/// What a test submits: says what matters to the test and fills in the rest.
public record Submission(
        JobKind kind,
        Optional<UUID> project,
        String model,
        Map<String, String> metadata,
        Optional<String> webhookUrl,
        int priority,
        Optional<NewJob.Idempotency> idempotency,
        boolean direct) {

    /// One that nobody counts and that is always good, for tests of what comes after.
    public static final DrawnPlace PLACE = new DrawnPlace(UUID.randomUUID(), Instant.parse("9999-01-01T00:00:00Z"));

    public static final byte[] REQUEST = "{\"model\":\"m\"}".getBytes(StandardCharsets.UTF_8);

    public static Submission chat() {
        return of(JobKind.CHAT);
    }

    public static Submission video() {
        return of(JobKind.VIDEO);
    }

    public static Submission of(JobKind kind) {
        return new Submission(kind, Optional.empty(), "m", Map.of(), Optional.empty(), 0, Optional.empty(), false);
    }

    public Submission in(UUID ofProject) {
        return new Submission(kind, Optional.of(ofProject), model, metadata, webhookUrl, priority, idempotency, direct);
    }

    public Submission withModel(String name) {
        return new Submission(kind, project, name, metadata, webhookUrl, priority, idempotency, direct);
    }

    public Submission with(String key, String value) {
        var more = new TreeMap<>(metadata);
        more.put(key, value);
        return new Submission(kind, project, model, more, webhookUrl, priority, idempotency, direct);
    }

    public Submission telling(String url) {
        return new Submission(kind, project, model, metadata, Optional.of(url), priority, idempotency, direct);
    }

    public Submission withPriority(int level) {
        return new Submission(kind, project, model, metadata, webhookUrl, level, idempotency, direct);
    }

    public Submission withKey(String key, String envelope) {
        var wanted = new NewJob.Idempotency(key, envelope.getBytes(StandardCharsets.UTF_8));
        return new Submission(kind, project, model, metadata, webhookUrl, priority, Optional.of(wanted), direct);
    }

    /// Past the backlog: published at once.
    public Submission published() {
        return new Submission(kind, project, model, metadata, webhookUrl, priority, idempotency, true);
    }

    public NewJob job(UUID otherwiseIn) {
        return new NewJob(
                JobId.next(),
                project.orElse(otherwiseIn),
                kind,
                model,
                REQUEST,
                metadata,
                webhookUrl,
                priority,
                idempotency,
                direct ? Optional.of(PLACE) : Optional.empty());
    }
}
