package dev.millrace.routing;

import dev.millrace.provider.ProviderType;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// A provider under `millrace.providers`.
///
/// @param type the wire format that it speaks
/// @param baseUrl with the version, such as `https://api.openai.com/v1`
/// @param keys its key pool
/// @param catchAll whether names without a route go to it unchanged; at most one provider's
public record ProviderSettings(
        @NotNull(message = "must be set") @Nullable ProviderType type,
        @NotBlank @Nullable String baseUrl,
        @NotEmpty @DefaultValue List<@NotBlank String> keys,
        @DefaultValue("false") boolean catchAll) {

    /// The keys are never shown.
    @Override
    public String toString() {
        return "ProviderSettings[type=" + type + ", baseUrl=" + baseUrl + ", keys=" + keys.size() + "]";
    }
}
