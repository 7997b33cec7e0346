package dev.millrace.routing;

import dev.millrace.provider.Quirk;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// A public model name under `millrace.models`.
///
/// @param fallback public names whose deployments are tried when none of this one's can serve
public record ModelSettings(
        @DefaultValue("chat") ModelKind kind,
        @NotEmpty @DefaultValue List<@Valid DeploymentSettings> deployments,
        @DefaultValue List<@NotBlank String> fallback,
        @Valid @DefaultValue RenderRules render,
        @Valid @DefaultValue ChatRules chat) {

    /// @param weight its share among the deployments
    /// @param context its longest context in tokens; a request that is too long for one moves only to a larger one
    /// @param refuses parameters that the model does not take, such as `temperature`
    /// @param quirks what it does otherwise than its wire format says, beside its provider's
    /// @param mostOutput tokens of an answer where the caller sets no limit and the wire format needs one
    public record DeploymentSettings(
            @NotBlank @Nullable String provider,
            @NotBlank @Nullable String model,
            @Min(1) @Max(1000) @DefaultValue("1") int weight,
            @Min(0) @DefaultValue("0") int context,
            @DefaultValue Set<@NotBlank String> refuses,
            @DefaultValue Set<Quirk> quirks,
            @Min(0) @DefaultValue("0") int mostOutput) {}
}
