package dev.millrace.routing;

import dev.millrace.provider.Target;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How a model's renders are treated.
///
/// @param connect for a connection to the provider, of a create, a poll, a lookup and a fetch
/// @param timeout a render that is not finished by then ends as `expired`
/// @param onIndeterminate what becomes of a job when the provider can't tell whether it made the render
/// @param failedRendersBilled whether the provider bills renders that it reports as failed; only where it does not
///     is such a render asked for again, and only after a failure that may pass
public record RenderRules(
        @DurationMin(millis = 1) @DefaultValue("5s") Duration connect,
        @DurationMin(seconds = 1) @DefaultValue("2h") Duration timeout,
        @DefaultValue("hold") OnIndeterminate onIndeterminate,
        @DefaultValue("true") boolean failedRendersBilled) {

    public static final RenderRules DEFAULT =
            new RenderRules(Target.CONNECT, Duration.ofHours(2), OnIndeterminate.HOLD, true);

    /// The configured rule for what nobody can tell.
    public enum OnIndeterminate {
        /// An operator decides.
        HOLD,
        /// The job fails, and is not paid again.
        FAIL,
        /// The job is tried again; the operator accepts that a render may then be paid twice.
        RETRY
    }
}
