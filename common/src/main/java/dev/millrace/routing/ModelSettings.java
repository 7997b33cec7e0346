package dev.millrace.routing;

import dev.millrace.provider.Quirk;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.ConstructorBinding;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// A public model name under `millrace.models`.
///
/// @param fallback public names whose deployments are tried when none of this one's can serve
/// @param choose how one of the deployments is chosen: `weighted`, `least-outstanding` or `lowest-latency`
public record ModelSettings(
        @DefaultValue("chat") ModelKind kind,
        @NotEmpty @DefaultValue List<@Valid DeploymentSettings> deployments,
        @DefaultValue List<@NotBlank String> fallback,
        @Valid @DefaultValue RenderRules render,
        @Valid @DefaultValue ChatRules chat,
        @DefaultValue("weighted") ChooseBy choose) {

    @ConstructorBinding
    public ModelSettings {}

    public ModelSettings(
            ModelKind kind,
            List<DeploymentSettings> deployments,
            List<String> fallback,
            RenderRules render,
            ChatRules chat) {
        this(kind, deployments, fallback, render, chat, ChooseBy.WEIGHTED);
    }

    /// @param weight its share among the deployments
    /// @param context its longest context in tokens; a request that is too long for one moves only to a larger one
    /// @param refuses parameters that the model does not take, such as `temperature`
    /// @param quirks what it does otherwise than its wire format says, beside its provider's
    /// @param mostOutput tokens of an answer where the caller sets no limit and the wire format needs one
    /// @param shutdown the day, in UTC, from which the provider does not serve it any more, such as `2026-12-01`;
    ///     it is left out from then on, and the log warns of it 14 days before
    /// @param tier deployments of a lower one come first; those of a higher one are asked when none of these can
    ///     serve, and the fallback models' after all of them
    public record DeploymentSettings(
            @NotBlank @Nullable String provider,
            @NotBlank @Nullable String model,
            @Min(1) @Max(1000) @DefaultValue("1") int weight,
            @Min(0) @DefaultValue("0") int context,
            @DefaultValue Set<@NotBlank String> refuses,
            @DefaultValue Set<Quirk> quirks,
            @Min(0) @DefaultValue("0") int mostOutput,
            @Nullable LocalDate shutdown,
            @Min(1) @Max(10) @DefaultValue("1") int tier) {

        @ConstructorBinding
        public DeploymentSettings {}

        public DeploymentSettings(
                @Nullable String provider,
                @Nullable String model,
                int weight,
                int context,
                Set<String> refuses,
                Set<Quirk> quirks,
                int mostOutput) {
            this(provider, model, weight, context, refuses, quirks, mostOutput, null, 1);
        }
    }
}
