package dev.millrace.job;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// An attempt as it stands on record.
///
/// @param cost in US dollars; absent where no price or no usage is known, never a made-up zero
/// @param dropped parameters that were left out, since the deployment does not have them
public record Attempt(
        int number,
        String status,
        Optional<String> provider,
        Optional<String> model,
        Instant startedAt,
        Optional<Instant> acceptedAt,
        Optional<Instant> finishedAt,
        Optional<String> outcome,
        Optional<String> errorCode,
        Optional<String> errorMessage,
        Optional<Integer> httpStatus,
        Optional<String> providerRequestId,
        Optional<String> operationId,
        Optional<Long> tokensIn,
        Optional<Long> tokensOut,
        Optional<Long> tokensCached,
        Optional<BigDecimal> seconds,
        Optional<BigDecimal> cost,
        List<String> dropped) {}
