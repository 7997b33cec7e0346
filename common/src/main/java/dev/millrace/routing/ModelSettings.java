package dev.millrace.routing;

import dev.millrace.job.JobKind;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// A public model name under `millrace.models`.
///
/// @param fallback public names whose deployments are tried when none of this one's can serve
public record ModelSettings(
        @DefaultValue("chat") JobKind kind,
        @NotEmpty @DefaultValue List<@Valid DeploymentSettings> deployments,
        @DefaultValue List<@NotBlank String> fallback,
        @Valid @DefaultValue RenderRules render) {

    /// @param weight its share among the deployments
    public record DeploymentSettings(
            @NotBlank @Nullable String provider,
            @NotBlank @Nullable String model,
            @Min(1) @Max(1000) @DefaultValue("1") int weight) {}
}
