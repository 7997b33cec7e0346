package dev.millrace.ledger;

import dev.millrace.provider.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// An attempt of an interactive call that has ended, as it goes on record.
///
/// @param number from 1, in the order in which a call's attempts began
/// @param publicModel the name that the caller used
/// @param outcome the class of the outcome, such as `succeeded`, `caller_gone` or `rate_limited`
/// @param usage told or guessed; absent where nothing is known to have been used, or where its price asks for no tokens
/// @param calls how many calls it counts as: one, or as many as there are pictures asked for
/// @param dropped parameters that were left out, since the deployment does not have them
public record InteractiveAttempt(
        String callId,
        int number,
        UUID projectId,
        UUID keyId,
        String publicModel,
        String provider,
        String model,
        String outcome,
        Optional<Usage> usage,
        Instant started,
        Instant ended,
        Optional<String> requestId,
        int calls,
        List<String> dropped) {

    /// Outcomes of attempts that were answered with an error, or were never begun: they have used nothing, unless a
    /// token had come before.
    private static final Set<String> USED_NOTHING = Set.of(
            "rate_limited",
            "quota_exhausted",
            "invalid_key",
            "model_unavailable",
            "overloaded",
            "not_done",
            "provider_error",
            "invalid_request",
            "context_too_long",
            "content_refused",
            "unreachable");

    boolean succeeded() {
        return outcome.equals("succeeded");
    }

    /// Whether an attempt with this outcome has used nothing if no token had come before.
    public static boolean usedNothing(String outcome) {
        return USED_NOTHING.contains(outcome);
    }

    /// Empty where nobody knows, or without a price.
    Optional<BigDecimal> cost(Prices prices) {
        boolean usedNothing = usedNothing(outcome);
        if (usage.isPresent()) {
            return prices.cost(provider, model, started, usage.get(), calls);
        }
        if (succeeded()) {
            return prices.callCost(provider, model, started, calls);
        }
        return usedNothing ? prices.failedCost(provider, model, started, calls) : Optional.empty();
    }
}
