package dev.millrace.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One call to one deployment, as it goes on record.
///
/// @param number from 1, in the order in which a job's calls began
/// @param keyRef fingerprint of the provider key that was used; never the key
/// @param outcome the class of the outcome, such as `succeeded`, `rate_limited` or `timeout`
/// @param tokensIn as the provider counted them; null where it did not say
public record AttemptReport(
        int number,
        AttemptStatus status,
        @Nullable String provider,
        @Nullable String model,
        @Nullable String keyRef,
        Instant startedAt,
        @Nullable String outcome,
        @Nullable String errorCode,
        @Nullable String errorMessage,
        @Nullable Integer httpStatus,
        @Nullable String providerRequestId,
        @Nullable Long tokensIn,
        @Nullable Long tokensOut,
        @Nullable Long tokensCached) {

    /// An attempt whose worker was lost: what it did and what it cost, nobody knows.
    public static AttemptReport abandoned(int number, Instant startedAt) {
        return new AttemptReport(
                number,
                AttemptStatus.ABANDONED,
                null,
                null,
                null,
                startedAt,
                "worker_lost",
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }
}
