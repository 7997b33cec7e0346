package dev.millrace.job;

import dev.millrace.ledger.Prices;
import dev.millrace.provider.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One call to one deployment, as it goes on record.
///
/// @param number from 1, in the order in which a job's calls began
/// @param keyRef fingerprint of the provider key that was used; never the key
/// @param outcome the class of the outcome, such as `succeeded`, `rate_limited` or `timeout`
/// @param tokensIn as the provider counted them; null where it did not say
/// @param tokensWritten those of `tokensIn` that the provider put into its cache; they are in the cost, and have no
///     column of their own
/// @param seconds of video that were made
/// @param cost in US dollars; null where nobody knows it or there is no price
/// @param dropped parameters that were left out, since the deployment does not have them
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
        @Nullable Long tokensCached,
        long tokensWritten,
        @Nullable BigDecimal seconds,
        @Nullable BigDecimal cost,
        List<String> dropped) {

    /// Ways to fail without an answer in which nothing was asked of the provider.
    private static final Set<String> NEVER_ASKED =
            Set.of("unreachable", "withheld", "not_made", "unsupported_parameter");

    /// An attempt that nobody has priced yet.
    public AttemptReport(
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
        this(
                number,
                status,
                provider,
                model,
                keyRef,
                startedAt,
                outcome,
                errorCode,
                errorMessage,
                httpStatus,
                providerRequestId,
                tokensIn,
                tokensOut,
                tokensCached,
                0,
                null,
                null,
                List.of());
    }

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

    /// This attempt with what it costs, where that can be told: by its tokens; where it is known to have failed and to
    /// have used nothing, whatever a failed call costs. An attempt whose answer was lost may have cost something,
    /// and one that is under way costs nothing yet: neither gets a price.
    public AttemptReport priced(Prices prices) {
        if (cost != null || provider == null || model == null) {
            return this;
        }
        return price(prices, provider, model)
                .map(known -> costing(seconds, known))
                .orElse(this);
    }

    private Optional<BigDecimal> price(Prices prices, String at, String of) {
        return switch (status) {
            case SUCCEEDED, FAILED -> {
                if (tokensIn != null || tokensOut != null) {
                    yield prices.cost(at, of, startedAt, usage());
                }
                yield status == AttemptStatus.FAILED && usedNothing()
                        ? prices.failedCost(at, of, startedAt)
                        : Optional.empty();
            }
            case STARTED, ACCEPTED, INDETERMINATE, ABANDONED -> Optional.empty();
        };
    }

    private Usage usage() {
        return new Usage(orZero(tokensIn), orZero(tokensOut), orZero(tokensCached), tokensWritten, 0, false);
    }

    private static long orZero(@Nullable Long tokens) {
        return tokens == null ? 0 : tokens;
    }

    /// A success that can't be read may well have been billed.
    private boolean usedNothing() {
        return httpStatus == null ? outcome != null && NEVER_ASKED.contains(outcome) : httpStatus >= 300;
    }

    /// Whether it has come to its end.
    public boolean ended() {
        return status == AttemptStatus.SUCCEEDED || status == AttemptStatus.FAILED || status == AttemptStatus.ABANDONED;
    }

    /// This attempt with a cost that is known already.
    public AttemptReport costing(@Nullable BigDecimal seconds, @Nullable BigDecimal cost) {
        return with(tokensWritten, seconds, cost, dropped);
    }

    /// This attempt with so many tokens put into the provider's cache.
    public AttemptReport caching(long tokens) {
        return with(tokens, seconds, cost, dropped);
    }

    /// This attempt with the parameters that were left out.
    public AttemptReport dropping(List<String> parameters) {
        return with(tokensWritten, seconds, cost, List.copyOf(parameters));
    }

    private AttemptReport with(
            long written, @Nullable BigDecimal made, @Nullable BigDecimal costs, List<String> leftOut) {
        return new AttemptReport(
                number,
                status,
                provider,
                model,
                keyRef,
                startedAt,
                outcome,
                errorCode,
                errorMessage,
                httpStatus,
                providerRequestId,
                tokensIn,
                tokensOut,
                tokensCached,
                written,
                made,
                costs,
                leftOut);
    }
}
