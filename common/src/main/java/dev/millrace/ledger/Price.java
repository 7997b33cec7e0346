package dev.millrace.ledger;

import dev.millrace.provider.Usage;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// What a model costs from a day on, in US dollars. What is not said costs nothing, but a price that says nothing of a
/// kind of use is no price for it.
///
/// @param of the public name of a model, or a deployment as `provider/model`; the deployment's own price goes first
/// @param from the first day, in UTC, on which it is in force
/// @param in a million tokens of the prompt
/// @param out a million tokens of the answer
/// @param cached a million tokens of the prompt that the provider had in its cache; as `in` where it is not set
/// @param cacheWrite a million tokens of the prompt that the provider put into its cache; as `in` where it is not set
/// @param seconds a second of video by its size, such as `1280x720`; `any` stands for all other sizes
/// @param call each call, beside what it uses; where pictures are asked for, each picture
/// @param failedCalls whether a call that failed costs `call` too
public record Price(
        @Nullable String of,
        @NotNull @DefaultValue("1970-01-01") LocalDate from,
        @DecimalMin("0") @Nullable BigDecimal in,
        @DecimalMin("0") @Nullable BigDecimal out,
        @DecimalMin("0") @Nullable BigDecimal cached,
        @DecimalMin("0") @Nullable BigDecimal cacheWrite,
        @DefaultValue Map<@NotBlank String, @NotNull @DecimalMin("0") BigDecimal> seconds,
        @DecimalMin("0") @Nullable BigDecimal call,
        @DefaultValue("false") boolean failedCalls) {

    static final String ANY_SIZE = "any";

    /// As amounts are stored: ten digits behind the point.
    private static final int SCALE = 10;

    public Price {
        if (in == null && out == null && call == null && seconds.isEmpty()) {
            throw new IllegalArgumentException("a price must set at least one of in, out, seconds and call");
        }
        if (in == null && cached != null) {
            throw new IllegalArgumentException("a price that sets cached must set in");
        }
        if (in == null && cacheWrite != null) {
            throw new IllegalArgumentException("a price that sets cache-write must set in");
        }
    }

    /// Empty if this price says nothing of tokens or calls.
    ///
    /// @param calls how many calls it counts as
    Optional<BigDecimal> ofTokens(Usage usage, int calls) {
        if (in == null && out == null && call == null) {
            return Optional.empty();
        }
        long cachedTokens = Math.clamp(usage.cached(), 0, usage.prompt());
        long writtenTokens = Math.clamp(usage.written(), 0, usage.prompt() - cachedTokens);
        return Optional.of(amount(tokens(usage.prompt() - cachedTokens - writtenTokens, in)
                .add(tokens(cachedTokens, cached == null ? in : cached))
                .add(tokens(writtenTokens, cacheWrite == null ? in : cacheWrite))
                .add(tokens(usage.completion(), out))
                .add(times(calls))));
    }

    /// Empty if this price says nothing of a video of this size.
    Optional<BigDecimal> ofVideo(BigDecimal length, String size) {
        var each = seconds.containsKey(size) ? seconds.get(size) : seconds.get(ANY_SIZE);
        if (each == null && (call == null || !seconds.isEmpty())) {
            return Optional.empty();
        }
        return Optional.of(amount((each == null ? BigDecimal.ZERO : each.multiply(length)).add(times(1))));
    }

    /// What a call costs that tells no tokens, such as one for a picture; empty if this price says nothing of calls.
    Optional<BigDecimal> ofCall(int calls) {
        return call == null ? Optional.empty() : Optional.of(amount(times(calls)));
    }

    /// Whether it is by tokens alone: where a provider told none, they have to be guessed.
    boolean needsTokens() {
        return call == null && (in != null || out != null);
    }

    BigDecimal ofFailed(int calls) {
        return amount(failedCalls ? times(calls) : BigDecimal.ZERO);
    }

    private BigDecimal times(int calls) {
        return call == null ? BigDecimal.ZERO : call.multiply(BigDecimal.valueOf(calls));
    }

    private static BigDecimal tokens(long tokens, @Nullable BigDecimal million) {
        return million == null
                ? BigDecimal.ZERO
                : million.multiply(BigDecimal.valueOf(tokens)).movePointLeft(6);
    }

    private static BigDecimal amount(BigDecimal exact) {
        return exact.setScale(SCALE, RoundingMode.HALF_UP);
    }
}
