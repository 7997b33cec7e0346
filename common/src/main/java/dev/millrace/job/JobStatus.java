package dev.millrace.job;

import java.util.Locale;

/// Where a job stands: `queued → running → succeeded | failed | cancelled | expired`. A retry goes back to `queued`;
/// a parked or held job is `running`.
public enum JobStatus {
    QUEUED,
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELLED,
    EXPIRED;

    public boolean terminal() {
        return this != QUEUED && this != RUNNING;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// @throws IllegalArgumentException for a word that is no status
    public static JobStatus of(String word) {
        for (var status : values()) {
            if (status.word().equals(word)) {
                return status;
            }
        }
        throw new IllegalArgumentException("No status of a job: " + word);
    }
}
