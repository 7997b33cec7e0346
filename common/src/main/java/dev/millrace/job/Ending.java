package dev.millrace.job;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How a job is to end, under the epoch that its holder claimed.
///
/// @param epoch the fence; a job that has moved on is left as it is
/// @param usage the JSON object of the OpenAI usage
/// @param result the answer's body for the caller
/// @param attempt the attempt that led here, where it is not on record yet
public record Ending(
        JobId job,
        int epoch,
        JobStatus status,
        @Nullable String errorCode,
        @Nullable String errorMessage,
        @Nullable String usage,
        byte @Nullable [] result,
        Optional<AttemptReport> attempt) {

    public Ending {
        if (!status.terminal()) {
            throw new IllegalArgumentException(status + " is no end");
        }
        if ((status == JobStatus.SUCCEEDED) != (errorCode == null)) {
            throw new IllegalArgumentException("A job that did not succeed has an error code, and only that one");
        }
    }

    public Ending with(Optional<AttemptReport> other) {
        return new Ending(job, epoch, status, errorCode, errorMessage, usage, result, other);
    }

    public static Ending succeeded(
            JobId job, int epoch, @Nullable String usage, byte @Nullable [] result, Optional<AttemptReport> attempt) {
        return new Ending(job, epoch, JobStatus.SUCCEEDED, null, null, usage, result, attempt);
    }

    public static Ending failed(
            JobId job, int epoch, String errorCode, String errorMessage, Optional<AttemptReport> attempt) {
        return new Ending(job, epoch, JobStatus.FAILED, errorCode, errorMessage, null, null, attempt);
    }

    public static Ending expired(JobId job, int epoch, String errorCode, String errorMessage) {
        return new Ending(job, epoch, JobStatus.EXPIRED, errorCode, errorMessage, null, null, Optional.empty());
    }

    public static Ending cancelled(JobId job, int epoch, Optional<AttemptReport> attempt) {
        return new Ending(
                job,
                epoch,
                JobStatus.CANCELLED,
                "cancelled",
                "The job was cancelled at its caller's request.",
                null,
                null,
                attempt);
    }
}
