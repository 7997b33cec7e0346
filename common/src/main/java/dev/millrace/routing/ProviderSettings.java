package dev.millrace.routing;

import dev.millrace.provider.ProviderType;
import dev.millrace.provider.Quirk;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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
public record ProviderSettings(
        @NotNull(message = "must be set") @Nullable ProviderType type,
        @Nullable String baseUrl,
        @NotEmpty @DefaultValue List<@NotBlank String> keys,
        @DefaultValue("false") boolean catchAll,
        @DefaultValue Set<Quirk> quirks,
        @Nullable String version) {

    /// The keys are never shown.
    @Override
    public String toString() {
        return "ProviderSettings[type=" + type + ", baseUrl=" + baseUrl + ", keys=" + keys.size() + "]";
    }
}
