package dev.millrace.routing;

import dev.millrace.provider.ProviderType;
import dev.millrace.provider.Quirk;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.ConstructorBinding;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// A provider under `millrace.providers`.
///
/// @param type the wire format that it speaks
/// @param baseUrl as the provider's own SDK takes it, such as `https://api.openai.com/v1`; the provider's own where
///     none is set
/// @param keys its key pool
/// @param catchAll whether names without a route go to it unchanged; at most one provider's
/// @param quirks what it does otherwise than its wire format says
/// @param version its API version, such as `2026-10-21`
/// @param accounts names the account of each key, in the order of `keys`; keys of one account cool together. Without
///     it each key is an account of its own
/// @param calls most calls to it at once from one process, so that a provider that hangs holds no more; where several
///     models share them, one alone takes eight ninths at most
/// @param requestsPerMinute of each account, over all processes; 0 for no limit of ours
/// @param tokensPerMinute of each account, over all processes; 0 for no limit of ours
/// @param probeAfter how long a key that is invalid or has spent its quota is set aside before one call tries it again
public record ProviderSettings(
        @NotNull(message = "must be set") @Nullable ProviderType type,
        @Nullable String baseUrl,
        @NotEmpty @DefaultValue List<@NotBlank String> keys,
        @DefaultValue("false") boolean catchAll,
        @DefaultValue Set<Quirk> quirks,
        @Nullable String version,
        @DefaultValue List<@NotBlank String> accounts,
        @Min(1) @Max(100_000) @DefaultValue("1000") int calls,
        @Min(0) @DefaultValue("0") long requestsPerMinute,
        @Min(0) @DefaultValue("0") long tokensPerMinute,
        @DurationMin(millis = 1) @DefaultValue("5m") Duration probeAfter) {

    @ConstructorBinding
    public ProviderSettings {}

    public ProviderSettings(
            @Nullable ProviderType type,
            @Nullable String baseUrl,
            List<String> keys,
            boolean catchAll,
            Set<Quirk> quirks,
            @Nullable String version) {
        this(
                type,
                baseUrl,
                keys,
                catchAll,
                quirks,
                version,
                List.of(),
                KeyPool.DEFAULT.calls(),
                KeyPool.DEFAULT.requestsPerMinute(),
                KeyPool.DEFAULT.tokensPerMinute(),
                KeyPool.DEFAULT.probeAfter());
    }

    /// The keys are never shown.
    @Override
    public String toString() {
        return "ProviderSettings[type=" + type + ", baseUrl=" + baseUrl + ", keys=" + keys.size() + "]";
    }
}
