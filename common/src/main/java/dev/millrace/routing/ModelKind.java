package dev.millrace.routing;

import dev.millrace.job.JobKind;
import java.util.Optional;

/// What a model is asked for. Not all of it can be a job.
public enum ModelKind {
    CHAT(Optional.of(JobKind.CHAT)),
    VIDEO(Optional.of(JobKind.VIDEO)),
    EMBEDDING(Optional.empty()),
    IMAGE(Optional.empty());

    private final Optional<JobKind> job;

    ModelKind(Optional<JobKind> job) {
        this.job = job;
    }

    public Optional<JobKind> job() {
        return job;
    }

    public static ModelKind of(JobKind kind) {
        return switch (kind) {
            case CHAT -> CHAT;
            case VIDEO -> VIDEO;
        };
    }
}
